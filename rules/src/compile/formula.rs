//! From an expression that is worked out from others to a [`Formula`]: functions and arithmetic.
//!
//! What is known without an event is worked out here. A function that asks of a field what a test can ask becomes that
//! test: `startsWith(field, "x")` is `field like "x*"`.

use std::borrow::Cow;

use super::function::{FUNCTIONS, Gives, Row, Takes};
use super::schema::{Schema, ValueType};
use super::subject::Subject;
use super::{CheckError, CheckErrorKind, Compiler};
use crate::matcher::{
    Block, Computed, Formula, Function, MAX_PLACES, Node, Number, Pattern, Test, TextSet, TextTest, Worked,
};
use crate::nearest::nearest;
use crate::syntax::Span;
use crate::syntax::ast::{Arithmetic, Expr, ExprKind, Name, Real, Value};

/// A formula on its way.
struct Part {
    formula: Formula,
    /// The type of its values; `None` when that is not known.
    kind: Option<ValueType>,
}

/// The fields of a formula, in the order of their places.
struct Places<F> {
    fields: Vec<F>,
    /// Whether a field is among them that no event has.
    absent: bool,
}

impl<S: Schema> Compiler<'_, S> {
    /// The function call or arithmetic `expr` as something to be tested.
    pub(super) fn computed<'a>(&mut self, expr: &'a Expr) -> Result<Subject<'a, S::Field>, CheckError> {
        let mut places = Places { fields: Vec::new(), absent: false };
        let Part { formula, kind } = self.part(expr, &mut places)?;
        if places.absent && self.strict {
            return Ok(Subject::AbsentValue(kind, expr));
        }
        if let Some(constant) = constant(&formula) {
            return Ok(Subject::Constant(Cow::Owned(constant)));
        }
        if places.fields.len() > MAX_PLACES {
            return Err(CheckError::new(expr.span, CheckErrorKind::TooManyFields { limit: MAX_PLACES }));
        }
        Ok(Subject::Computed(Computed { fields: places.fields.into_boxed_slice(), formula }, kind, expr))
    }

    fn part(&mut self, expr: &Expr, places: &mut Places<S::Field>) -> Result<Part, CheckError> {
        match &expr.kind {
            ExprKind::Call { name, fold, args } => self.call(expr.span, name, *fold, args, places),
            ExprKind::Arithmetic { left, op, right } => {
                let function = match op {
                    Arithmetic::Add => Function::Add,
                    Arithmetic::Subtract => Function::Subtract,
                    Arithmetic::Multiply => Function::Multiply,
                    Arithmetic::Divide => Function::Divide,
                    Arithmetic::Modulo => Function::Modulo,
                };
                let left = self.argument(left, op.symbol(), Takes::Number, places)?;
                let right = self.argument(right, op.symbol(), Takes::Number, places)?;
                let kind = Some(arithmetic_kind(&[left.kind, right.kind]));
                Ok(Part { formula: apply(function, false, vec![left.formula, right.formula]), kind })
            }
            ExprKind::Negate(inner) => {
                let Part { formula, kind } = self.argument(inner, "-", Takes::Number, places)?;
                Ok(Part {
                    formula: apply(Function::Negate, false, vec![formula]),
                    kind: Some(arithmetic_kind(&[kind])),
                })
            }
            ExprKind::Literal(value) => Ok(Part { formula: literal(value), kind: ValueType::of(value) }),
            ExprKind::Field(path) => {
                let subject = self.field(path, expr.span)?;
                let kind = subject.kind();
                let formula = match subject {
                    Subject::Field(field, ..) | Subject::Among(field, ..) => {
                        places.fields.push(field);
                        Formula::Place(places.fields.len() - 1)
                    }
                    Subject::Always(&[only], _) => Formula::Text(only.into()),
                    Subject::Always(..) => match self.schema.id(&path.path) {
                        Some(field) => {
                            places.fields.push(field);
                            Formula::Place(places.fields.len() - 1)
                        }
                        None => Formula::Null,
                    },
                    _ => {
                        places.absent = true;
                        Formula::Null
                    }
                };
                Ok(Part { formula, kind })
            }
            _ => Err(CheckError::new(expr.span, CheckErrorKind::NotAValue)),
        }
    }

    /// An argument of `function`, which must be what it takes.
    fn argument(
        &mut self,
        expr: &Expr,
        function: &str,
        takes: Takes,
        places: &mut Places<S::Field>,
    ) -> Result<Part, CheckError> {
        let part = self.part(expr, places)?;
        match part.kind {
            Some(found) if !takes.accepts(found) => {
                let function = function.to_owned();
                let kind = CheckErrorKind::WrongArgument { function, expected: takes.name(), found };
                Err(CheckError::new(expr.span, kind))
            }
            _ => Ok(part),
        }
    }

    fn call(
        &mut self,
        span: Span,
        name: &Name,
        fold: bool,
        args: &[Expr],
        places: &mut Places<S::Field>,
    ) -> Result<Part, CheckError> {
        let row = row(span, name, fold, args)?;
        let mut formulas = Vec::with_capacity(args.len());
        let mut kinds = Vec::with_capacity(args.len());
        for (index, arg) in args.iter().enumerate() {
            let part = self.argument(arg, row.name, row.takes(index), places)?;
            formulas.push(part.formula);
            kinds.push(part.kind);
        }
        let formula = match row.function {
            Some(function) => apply(function, fold, formulas),
            None => in_blocks(formulas, args)?,
        };
        let kind = match row.gives {
            Gives::Truth => Some(ValueType::Boolean),
            Gives::Text => Some(ValueType::Text),
            Gives::Whole => Some(ValueType::Integer),
            Gives::Number => Some(ValueType::Number),
            Gives::Arithmetic => Some(arithmetic_kind(&kinds)),
        };
        Ok(Part { formula, kind })
    }

    /// The condition that a call alone is, where a test on one field says the same.
    pub(super) fn call_as_test(&mut self, expr: &Expr) -> Result<Option<Node<S::Field>>, CheckError> {
        let ExprKind::Call { name, fold, args } = &expr.kind else { return Ok(None) };
        let [Expr { kind: ExprKind::Field(path), span }, constants @ ..] = args.as_slice() else {
            return Ok(None);
        };
        let row = row(expr.span, name, *fold, args)?;
        let test = match (row.name, constants) {
            ("cidrMatch", _) => {
                let formulas = constants.iter().map(|expr| match &expr.kind {
                    ExprKind::Literal(value) => literal(value),
                    _ => Formula::Null,
                });
                match in_blocks([Formula::Place(0)].into_iter().chain(formulas).collect(), args)? {
                    Formula::InBlocks(_, blocks) => TextTest::InBlocks(blocks),
                    _ => return Ok(None),
                }
            }
            (_, [Expr { kind: ExprKind::Literal(Value::Text(text)), .. }]) => {
                // Wildcards have no escape, so a text that has some cannot become a pattern.
                if text.is_empty() || text.contains(['*', '?']) {
                    return Ok(None);
                }
                let pattern = match row.name {
                    "startsWith" => format!("{text}*"),
                    "endsWith" => format!("*{text}"),
                    "stringContains" => format!("*{text}*"),
                    _ => return Ok(None),
                };
                match Pattern::new(&pattern, *fold) {
                    Ok(pattern) => TextTest::Like(TextSet::new([], *fold), Box::new([pattern])),
                    Err(_) => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        let subject = self.field(path, *span)?;
        if subject.kind().is_some_and(|kind| kind != ValueType::Text) {
            // The general way has the error for it.
            return Ok(None);
        }
        Ok(Some(subject.node(Test::Text(test), self.strict)))
    }
}

/// The function of this name, if it can be called so.
fn row(span: Span, name: &Name, fold: bool, args: &[Expr]) -> Result<&'static Row, CheckError> {
    let Some(row) = Row::named(&name.text) else {
        let nearest = nearest(&name.text, FUNCTIONS.iter().map(|row| row.name));
        let kind = CheckErrorKind::UnknownFunction { name: name.text.clone(), nearest };
        return Err(CheckError::new(name.span, kind));
    };
    if fold && !row.folds {
        return Err(CheckError::new(name.span, CheckErrorKind::NoFolding { function: row.name }));
    }
    if !row.fits(args.len()) {
        let kind =
            CheckErrorKind::ArgumentCount { function: row.name, expected: row.arity(), found: args.len() };
        return Err(CheckError::new(span, kind));
    }
    Ok(row)
}

/// The type of what arithmetic makes of values of these types.
fn arithmetic_kind(kinds: &[Option<ValueType>]) -> ValueType {
    let whole = |kind: &Option<ValueType>| matches!(kind, Some(ValueType::Integer | ValueType::Date));
    if kinds.iter().all(whole) { ValueType::Integer } else { ValueType::Number }
}

/// The blocks of `cidrMatch`, prepared. The address comes first.
fn in_blocks(formulas: Vec<Formula>, args: &[Expr]) -> Result<Formula, CheckError> {
    let mut formulas = formulas.into_iter();
    let address = formulas.next().unwrap_or(Formula::Null);
    let mut blocks = Vec::new();
    let mut null = false;
    for (formula, arg) in formulas.zip(args.iter().skip(1)) {
        match formula {
            Formula::Text(text) => {
                let block = Block::parse(&text).ok_or_else(|| {
                    let kind = CheckErrorKind::NotABlock { text: text.into_string() };
                    CheckError::new(arg.span, kind)
                })?;
                blocks.push(block);
            }
            Formula::Null if matches!(arg.kind, ExprKind::Literal(Value::Null)) => null = true,
            _ => return Err(CheckError::new(arg.span, CheckErrorKind::BlockNotConstant)),
        }
    }
    if null {
        return Ok(Formula::Null);
    }
    let formula = Formula::InBlocks(Box::new(address), blocks.into_boxed_slice());
    Ok(match &formula {
        Formula::InBlocks(address, _) if address.is_constant() => known(&formula),
        _ => formula,
    })
}

fn apply(function: Function, fold: bool, args: Vec<Formula>) -> Formula {
    let constant = args.iter().all(Formula::is_constant);
    let formula = Formula::Call { function, fold, args: args.into_boxed_slice() };
    if constant { known(&formula) } else { formula }
}

/// The value of a formula that takes no event.
fn known(formula: &Formula) -> Formula {
    match formula.work(&[]) {
        Worked::Null => Formula::Null,
        Worked::Bool(value) => Formula::Bool(value),
        Worked::Number(number) => Formula::Number(number),
        Worked::Text(text) => Formula::Text(text.into()),
    }
}

fn literal(value: &Value) -> Formula {
    match value {
        Value::Null => Formula::Null,
        Value::Boolean(value) => Formula::Bool(*value),
        Value::Integer(value) => Formula::Number(Number::Int(*value)),
        Value::Real(value) => Formula::Number(Number::Real(value.get())),
        Value::Text(text) => Formula::Text(text.as_str().into()),
    }
}

/// The constant that a formula is, if it is one.
fn constant(formula: &Formula) -> Option<Value> {
    match formula {
        Formula::Null => Some(Value::Null),
        Formula::Bool(value) => Some(Value::Boolean(*value)),
        Formula::Number(Number::Int(value)) => Some(Value::Integer(*value)),
        Formula::Number(Number::Real(value)) => Some(Real::new(*value).map_or(Value::Null, Value::Real)),
        Formula::Text(text) => Some(Value::Text(text.to_string())),
        Formula::Place(_) | Formula::Call { .. } | Formula::InBlocks(..) => None,
    }
}
