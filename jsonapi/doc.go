// Package jsonapi answers requests that are one line of JSON with one line of JSON.
//
//	{"op":"insert","schema_id":"user","schema_version":"v1","document":{...}}
//	{"op":"update","schema_id":"user","schema_version":"v1","document":{...}}
//	{"op":"delete","schema_id":"user","schema_version":"v1","_id":"123"}
//	{"op":"query","schema_id":"user","schema_version":"v1","filter":{...},"sort":"-age","limit":10}
//	{"op":"explain", as query}
//
// Success is {"status":"ok","data":...}: a list of documents for query, the plan for
// explain, [] for writes. Failure is {"status":"error","code":...,"severity":...,
// "message":...}. The members come in this order and everything inside them is
// canonical, so the same request against the same state is answered with the same
// bytes. A write that is answered with ok is durable.
//
// Requests are read strictly. A member that the operation does not have, a missing one,
// one of the wrong type and a name that comes twice are refused before anything happens.
package jsonapi
