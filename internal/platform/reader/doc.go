// Package reader turns what people write into exact values: money, phone
// numbers, e-mail addresses, credit codes, company names, dates, durations and
// plain numbers, in Chinese and in English, half or full width.
//
// Every function is pure and safe for concurrent use. What cannot be read
// without guessing is refused with an *Error, never rounded and never dropped.
// The package knows no field, no record and no database.
package reader
