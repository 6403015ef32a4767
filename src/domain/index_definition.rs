//! Index definitions, parsed and compared by meaning.
