package reader

// Error says why a text could not be read and what to write instead.
type Error struct {
	Code    string // stable, snake_case; translations are found by it
	Message string // the reason, in Chinese, fit for users
	Hint    string // the remedy, in Chinese
}

// Error gives the reason and the remedy in one line.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "；" + e.Hint
}

func refuse(code, message, hint string) *Error {
	return &Error{Code: code, Message: message, Hint: hint}
}

// quote shows a text inside a message, shortened so that a message stays one line.
func quote(text string) string {
	const most = 40
	n := 0
	for i := range text {
		if n == most {
			return "“" + text[:i] + "…”"
		}
		n++
	}
	return "“" + text + "”"
}
