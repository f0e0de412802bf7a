//! JSON documents as events: what a recorded file, a query's input and an inline test bring.
//!
//! ```text
//! line of JSON --reader, by Paths--> one ScalarList a wanted path --+--> FreeDocument   (any path)
//!                                                                   +--> SensorDocument (the field table)
//! ```
//!
//! [`FreeDocument`] takes values as they stand and is what a schema-free query looks at. [`SensorDocument`] holds them
//! to the types of the field table and adds what the sensor derives, so that a rule sees of a recorded event what it
//! saw of the live one. What nobody asks for is stepped over without being looked at. Nothing here opens a file.

mod cuts;
mod derived;
mod free;
mod instant;
mod paths;
mod reader;
mod sensor;

pub use free::FreeDocument;
pub use instant::Instant;
pub use paths::Paths;
pub use reader::{DocumentError, Sink, read};
pub use sensor::{FieldError, SensorDocument};
