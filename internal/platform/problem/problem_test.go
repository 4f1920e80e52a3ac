package problem_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"baton/internal/platform/problem"
)

func TestAProblemIsFoundInTheChain(t *testing.T) {
	t.Parallel()
	p := problem.New(problem.Conflict, "held", "已由别人负责", problem.Item{Pointer: "/owner", Code: "held", Message: "已由 王芳 负责"}, problem.Item{Kind: "object", Name: "lead", Pointer: "/spec", Message: "有误"})
	assert.Same(t, p, problem.As(fmt.Errorf("twice: %w", fmt.Errorf("once: %w", p))))
	assert.Same(t, p, problem.As(errors.Join(errors.New("other"), p)))
	assert.Nil(t, problem.As(errors.New("other")))
	assert.Nil(t, problem.As(nil))
	assert.Equal(t, "held: 已由别人负责; /owner 已由 王芳 负责; object/lead/spec 有误", p.Error())
	assert.Equal(t, "bare: 没有地方", problem.New(problem.Invalid, "bare", "没有地方").Error())
}
