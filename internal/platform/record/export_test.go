package record

// Scanning gives a grouping that takes lists of more than n rows for long.
func (g Grouping) Scanning(n int) Grouping {
	g.scan = n
	return g
}
