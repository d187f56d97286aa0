// Package query reads a query and plans it by a fixed rule.
//
// A query is a filter, a sort and a limit. The filter is a conjunction of
// predicates on indexed fields, the sort one indexed field, and the limit is
// required. What cannot be bounded is refused before anything is read.
//
// Every predicate is an interval of encoded values (package key), low inclusive,
// high exclusive, so that equality, range and the test of a document are all one
// comparison of bytes.
//
// The rule, in this order; ties go to the field whose name sorts first:
//
//  1. equality on _id: one document by its key
//  2. equality on an indexed field: one value of its index
//  3. a range on an indexed field (or _id): a stretch of its index
//  4. no filter: the index of the sort field, in its order
//
// The predicates that are left are tested on each document. Results come in the
// order of the sort field, where given, else in the order of the chosen index;
// equal values are ordered by _id. A sort that the chosen index does not give is
// done in memory, keeping no more than limit documents.
package query
