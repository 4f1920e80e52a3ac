// Package table reads tables that people export: it finds the encoding and the
// delimiter, streams records in constant memory with the line on which each
// starts, reports what is broken row by row and goes on, and proposes which
// column holds which field.
//
// Nouns: a Source gives a header and then rows; a Position is a place between
// two rows from which reading can go on in another process; a Field is a target
// that a column may be matched to. The package knows no object and no database.
package table
