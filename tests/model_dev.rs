mod corpus;
mod tools;
mod model;
