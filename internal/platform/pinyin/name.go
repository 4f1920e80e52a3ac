package pinyin

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	notPlain  = regexp.MustCompile(`[^a-z0-9]+`)
	plainName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// longestName keeps room for a number behind it.
const longestName = 40

// Name makes a technical name of a title: itself in small letters, or its pinyin. One that would not begin with a letter gets the word in
// front, one that is taken a number behind.
func (s *Speller) Name(title, word string, taken []string) string {
	name := strings.Trim(notPlain.ReplaceAllString(strings.ToLower(s.Full(title)), "_"), "_")
	if len(name) > longestName {
		name = strings.Trim(name[:longestName], "_")
	}
	if !plainName.MatchString(name) {
		name = strings.Trim(word+"_"+name, "_")
	}
	base := name
	for i := 2; slices.Contains(taken, name); i++ {
		name = base + "_" + strconv.Itoa(i)
	}
	return name
}
