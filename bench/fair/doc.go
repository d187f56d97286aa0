// Package fair holds the test that all subjects of the benchmark answer alike.
package fair
