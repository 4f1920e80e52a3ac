package intake

// Names of kinds.
const (
	ByCreditCode = byCreditCode
	ByCompany    = byCompany
	ByBranch     = "branch"
)
