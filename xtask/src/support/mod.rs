//! What the verbs share: where things are, how commands are started, and the tools that setup finds or installs.

pub(crate) mod apt;
pub(crate) mod command;
pub(crate) mod compiler;
pub(crate) mod linker;
pub(crate) mod paths;
pub(crate) mod privilege;
pub(crate) mod say;
pub(crate) mod test_tools;
pub(crate) mod validator;
