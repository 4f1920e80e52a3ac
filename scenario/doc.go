// Package scenario tests the real binary from outside, through its HTTP API, as the programs and people of a company use it: one
// file per capability (a1_intake_test.go, a3_assignment_test.go …), each scenario on both databases where the database matters.
//
//	func TestLeadFindsItsRep(t *testing.T) {
//		scenario.EachDB(t, func(t *testing.T, db scenario.DB) {
//			s := scenario.Start(t, scenario.Options{DB: db, Demo: true})
//			admin := s.Admin(t)
//			lead := admin.Create(t, "lead", scenario.Fields{"name": "刘洋", "industry": "教育"})
//			…
//		})
//	}
//
// It may know the fixed API and nothing of Baton's packages. BATON_BIN names a built binary; without it TestMain builds one.
package scenario
