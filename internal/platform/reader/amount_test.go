package reader

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestAmountReadsOneAmount(t *testing.T) {
	t.Parallel()
	const yuan = 100
	for _, c := range []struct {
		text     string
		fen      int64
		currency string
	}{
		{"20万", 200000 * yuan, ""}, {"￥350,000", 350000 * yuan, "CNY"}, {"¥350，000元", 350000 * yuan, "CNY"},
		{"5w", 50000 * yuan, ""}, {"5W", 50000 * yuan, ""}, {"12.5万", 125000 * yuan, ""}, {"五万", 50000 * yuan, ""},
		{"二十万", 200000 * yuan, ""}, {"1.2亿", 120000000 * yuan, ""}, {"3千", 3000 * yuan, ""}, {"5k", 5000 * yuan, ""},
		{"十二万五", 125000 * yuan, ""}, {"两万", 20000 * yuan, ""}, {"两万五", 25000 * yuan, ""}, {"２０万", 200000 * yuan, ""},
		{"人民币10万元", 100000 * yuan, "CNY"}, {"RMB 50000", 50000 * yuan, "CNY"}, {"USD 5000", 5000 * yuan, "USD"},
		{"$5,000.50", 500050, "USD"}, {"5000 美元", 5000 * yuan, "USD"}, {"1亿2000万", 120000000 * yuan, ""},
		{"3万5千", 35000 * yuan, ""}, {"3万5", 35000 * yuan, ""}, {"3万零500", 30500 * yuan, ""}, {"一百零五", 105 * yuan, ""},
		{"一百二", 120 * yuan, ""}, {"一百二十五", 125 * yuan, ""}, {"一万零五百", 10500 * yuan, ""}, {"五千万", 50000000 * yuan, ""},
		{"1.5千万", 15000000 * yuan, ""}, {"2百万", 2000000 * yuan, ""}, {"一万亿", 1000000000000 * yuan, ""},
		{"壹拾贰万叁仟肆佰伍拾陆元柒角捌分", 12345678, "CNY"}, {"5元5角", 550, "CNY"}, {"5角", 50, "CNY"}, {"伍万元整", 50000 * yuan, "CNY"},
		{"十二点五万", 125000 * yuan, ""}, {"五零零零零", 50000 * yuan, ""}, {"0", 0, ""}, {"零", 0, ""}, {"0.01", 1, ""}, {"1.10", 110, ""},
		{"0.000001万", 1, ""}, {"-5000", -5000 * yuan, ""}, {"-¥5", -5 * yuan, "CNY"}, {"¥-5", -5 * yuan, "CNY"}, {" 20 万 ", 200000 * yuan, ""},
		{"350 000", 350000 * yuan, ""}, {"预算：20万", 200000 * yuan, ""}, {"1.5 million", 1500000 * yuan, ""}, {"20万元", 200000 * yuan, "CNY"},
		{"十", 10 * yuan, ""}, {"两万亿", 2000000000000 * yuan, ""}, {"20万（含税）", 200000 * yuan, ""}, {"十万", 100000 * yuan, ""}, {"2千5百", 2500 * yuan, ""}, {"5000块", 5000 * yuan, "CNY"},
		{"49999.99", 4999999, ""}, {"50000.00", 50000 * yuan, ""}, {"92233720368547758.07", math.MaxInt64, ""},
	} {
		m, err := Amount(c.text)
		if err != nil {
			t.Errorf("Amount(%q): %v", c.text, err)
			continue
		}
		if !m.Single() || m.Low != c.fen || m.Value() != c.fen || m.Currency != c.currency || m.Approx {
			t.Errorf("Amount(%q) = %+v, want %d %s", c.text, m, c.fen, c.currency)
		}
	}
}

func TestAmountReadsRanges(t *testing.T) {
	t.Parallel()
	const w = 10000 * 100
	for _, c := range []struct {
		text string
		want Money
		mid  int64
	}{
		{"5-8万", Money{Low: 5 * w, High: 8 * w, HasLow: true, HasHigh: true}, 65000 * 100},
		{"5万到8万", Money{Low: 5 * w, High: 8 * w, HasLow: true, HasHigh: true}, 65000 * 100},
		{"5~8万", Money{Low: 5 * w, High: 8 * w, HasLow: true, HasHigh: true}, 65000 * 100},
		{"5万至8万元", Money{Low: 5 * w, High: 8 * w, HasLow: true, HasHigh: true, Currency: "CNY"}, 65000 * 100},
		{"5—8W", Money{Low: 5 * w, High: 8 * w, HasLow: true, HasHigh: true}, 65000 * 100},
		{"5000-1万", Money{Low: w / 2, High: w, HasLow: true, HasHigh: true}, 7500 * 100},
		{"50,000 - 80,000", Money{Low: 5 * w, High: 8 * w, HasLow: true, HasHigh: true}, 65000 * 100},
		{"十五至二十万", Money{Low: 15 * w, High: 20 * w, HasLow: true, HasHigh: true}, 175000 * 100},
		{"五到二十万", Money{Low: 5 * w, High: 20 * w, HasLow: true, HasHigh: true}, 125000 * 100},
		{"三到五千万", Money{Low: 3000 * w, High: 5000 * w, HasLow: true, HasHigh: true}, 4000 * w},
		{"1千-5千万", Money{Low: 1000 * w, High: 5000 * w, HasLow: true, HasHigh: true}, 3000 * w},
		{"八到二百万", Money{Low: 8 * w, High: 200 * w, HasLow: true, HasHigh: true}, 104 * w},
		{"十到十二万五千", Money{Low: 10 * w, High: 125000 * 100, HasLow: true, HasHigh: true}, 112500 * 100},
		{"五百到一千", Money{Low: 500 * 100, High: 1000 * 100, HasLow: true, HasHigh: true}, 750 * 100},
		{"五到二十", Money{Low: 500, High: 2000, HasLow: true, HasHigh: true}, 1250},
		{"0-5万", Money{High: 5 * w, HasLow: true, HasHigh: true}, 25000 * 100},
		{"5千-1万", Money{Low: w / 2, High: w, HasLow: true, HasHigh: true}, 7500 * 100},
		{"10万以上", Money{Low: 10 * w, HasLow: true}, 10 * w},
		{">10万", Money{Low: 10 * w, HasLow: true}, 10 * w},
		{"10万+", Money{Low: 10 * w, HasLow: true}, 10 * w},
		{"20万以内", Money{High: 20 * w, HasHigh: true}, 20 * w},
		{"不超过5万", Money{High: 5 * w, HasHigh: true}, 5 * w},
		{"约10万", Money{Low: 10 * w, High: 10 * w, HasLow: true, HasHigh: true, Approx: true}, 10 * w},
		{"10万左右", Money{Low: 10 * w, High: 10 * w, HasLow: true, HasHigh: true, Approx: true}, 10 * w},
		{"20余万", Money{Low: 20 * w, HasLow: true, Approx: true}, 20 * w},
		{"预算约5-8万", Money{Low: 5 * w, High: 8 * w, HasLow: true, HasHigh: true, Approx: true}, 65000 * 100},
		{"0.01-0.02", Money{Low: 1, High: 2, HasLow: true, HasHigh: true}, 1},
	} {
		m, err := Amount(c.text)
		if err != nil {
			t.Errorf("Amount(%q): %v", c.text, err)
			continue
		}
		if m != c.want || m.Value() != c.mid {
			t.Errorf("Amount(%q) = %+v (value %d), want %+v (%d)", c.text, m, m.Value(), c.want, c.mid)
		}
	}
}

func TestAmountRefuses(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		"": "amount_empty", "  ": "amount_empty", "面议": "amount_unknown", "待定": "amount_unknown", "看情况": "amount_unknown", "-": "amount_unknown",
		"1e5": "amount_exponential", "abc": "amount_unreadable", "万": "amount_unreadable", "几万": "amount_vague", "三四万": "amount_vague",
		"5 8万": "amount_separator", "35,0000": "amount_separator", "1.2.3": "amount_unreadable", "5%": "amount_unreadable",
		"0.001": "amount_not_exact", "0.0000001万": "amount_not_exact", "8-5万": "amount_range_reversed", "92233720368547758.08": "amount_too_large",
		"99999999999999亿": "amount_too_large", "¥5美元": "amount_currency", "5美元-8欧元": "amount_currency", "3万50": "amount_ambiguous",
		"5万/年": "amount_per_period", "20万以上以内": "amount_vague", "万万": "amount_unreadable", "5-": "amount_unreadable", "5.": "amount_unreadable",
		"0x10": "amount_unreadable", "万5": "amount_unreadable", "13800138000a": "amount_unreadable", "5--8--9": "amount_unreadable",
	} {
		m, err := Amount(text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("Amount(%q) = %+v, %v; want refusal %s", text, m, err, code)
			continue
		}
		if e.Code != code || e.Message == "" || e.Hint == "" {
			t.Errorf("Amount(%q) refused with %+v, want code %s, a message and a hint", text, *e, code)
		}
	}
}

func FuzzAmount(f *testing.F) {
	for _, s := range []string{"20万", "5-8万", "十二万五", "¥350，000元", "1亿2000万", "壹拾贰万叁仟元柒角", "面议", "1e5", "-", "约10万以上", "5万/年", "92233720368547758.08"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Amount(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Code == "" || e.Hint == "" {
				t.Fatalf("Amount(%q): refusal without code or hint: %v", text, err)
			}
			return
		}
		if !m.HasLow && !m.HasHigh {
			t.Fatalf("Amount(%q) has neither end: %+v", text, m)
		}
		if m.HasLow && m.HasHigh && m.Low > m.High {
			t.Fatalf("Amount(%q) is turned around: %+v", text, m)
		}
		if v := m.Value(); m.HasLow && v < m.Low || m.HasHigh && v > m.High {
			t.Fatalf("Amount(%q).Value() = %d outside %+v", text, v, m)
		}
		again, err := Amount(" " + strings.ToUpper(Fold(text)) + " ")
		if err == nil && again != m {
			t.Fatalf("Amount(%q) = %+v, but folded %+v", text, m, again)
		}
	})
}

func BenchmarkAmount(b *testing.B) {
	for b.Loop() {
		if _, err := Amount("12.5万"); err != nil {
			b.Fatal(err)
		}
	}
}
