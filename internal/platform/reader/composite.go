package reader

import "math"

// composite reads whole numbers built from digits and units: 一百二十五,
// 十二万五, 1亿2000万, 3万零500.
//
// A single digit right after 百, 千, 万 or 亿 counts the next lower power of
// ten, as it does in speech (两万五 is 25,000); a longer number there must fill
// that power (3万5000), else it is refused as ambiguous.
func composite(tokens []token) (number, *Error) {
	var c sum
	for i, t := range tokens {
		if err := c.add(t, i+1 == len(tokens)); err != nil {
			return number{}, err
		}
	}
	if err := c.closeSection(true); err != nil {
		return number{}, err
	}
	total, err := plus(c.total, c.section)
	if err != nil {
		return number{}, err
	}
	return number{mantissa: total, unit: c.unit, top: c.top, big: c.top}, nil
}

type sum struct {
	total, section int64
	pending        token
	has            bool // a number waits for its unit
	zero           bool // 零 stands before the waiting number
	last           int  // power of the last unit inside the section, 0 for none
	big            int  // power of the last big unit, 0 for none
	afterBig       bool // nothing was added since the last big unit
	unit           bool
	top            int // power of the first big unit, 0 for none
}

func (c *sum) add(t token, final bool) *Error {
	switch t.kind {
	case tokenZero:
		if c.has || final && c.total == 0 && c.section == 0 {
			return errNumber
		}
		c.zero = true
	case tokenDigit, tokenNumber:
		if c.has {
			return errVague
		}
		if t.exp != 0 {
			return errNumber
		}
		c.pending, c.has, c.afterBig = t, true, false
	case tokenUnit:
		c.unit = true
		if t.exp < 4 {
			return c.small(t.exp)
		}
		return c.bigUnit(t.exp)
	default:
		return errNumber
	}
	return nil
}

func (c *sum) small(exp int) *Error {
	if c.last != 0 && exp >= c.last {
		return errNumber
	}
	n := int64(1)
	if c.has {
		n = c.pending.mantissa
	} else if exp != 1 {
		return errNumber // 百 alone says no number
	}
	if n > 9 && c.last != 0 || n == 0 {
		return errNumber
	}
	v, err := times(n, exp)
	if err != nil {
		return err
	}
	if c.section, err = plus(c.section, v); err != nil {
		return err
	}
	c.last, c.has, c.zero, c.afterBig = exp, false, false, false
	return nil
}

func (c *sum) bigUnit(exp int) *Error {
	if c.afterBig && exp > c.big { // 万亿
		v, err := times(c.total, exp)
		if err != nil {
			return err
		}
		c.total, c.big, c.top = v, exp, c.top+exp
		return nil
	}
	if err := c.closeSection(false); err != nil {
		return err
	}
	if c.section == 0 || c.big != 0 && exp >= c.big {
		return errNumber
	}
	v, err := times(c.section, exp)
	if err != nil {
		return err
	}
	if c.big != 0 && v >= pow10(c.big) {
		return errNumber
	}
	if c.total, err = plus(c.total, v); err != nil {
		return err
	}
	if c.top == 0 {
		c.top = exp
	}
	c.section, c.last, c.big, c.afterBig, c.zero = 0, 0, exp, true, false
	return nil
}

// closeSection adds the number that still waits. At the very end it may be the
// spoken shorthand for the next lower power.
func (c *sum) closeSection(final bool) *Error {
	if !c.has {
		return nil
	}
	n, under := c.pending.mantissa, c.last
	if under == 0 {
		under = c.big
	}
	if under > 1 {
		switch {
		case c.zero:
			if n >= pow10(under) {
				return errNumber
			}
		case c.pending.length == 1 && final:
			n *= pow10(under - 1)
		case !final && c.last == 0:
			// 1亿2000万: the unit that follows decides.
		case n < pow10(under-1) || n >= pow10(under):
			return errShorthand
		}
	} else if under == 1 && n > 9 {
		return errNumber
	}
	var err *Error
	c.section, err = plus(c.section, n)
	c.has, c.zero = false, false
	return err
}

func pow10(exp int) int64 {
	v := int64(1)
	for range exp {
		v *= 10
	}
	return v
}

func times(n int64, exp int) (int64, *Error) {
	for range exp {
		if n > math.MaxInt64/10 {
			return 0, errTooLarge
		}
		n *= 10
	}
	return n, nil
}

func plus(a, b int64) (int64, *Error) {
	if a > math.MaxInt64-b {
		return 0, errTooLarge
	}
	return a + b, nil
}
