// promql checks Prometheus rules and Grafana dashboards as promtool does, and prints the names of the metrics in them, one a line:
//
//	promql rules.yaml dashboard.json...
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

type dashboard struct {
	Panels []struct {
		Title   string
		Targets []struct{ Expr string }
	}
}

func main() {
	var names []string
	for _, file := range os.Args[1:] {
		expressions, err := expressionsOf(file)
		if err == nil && len(expressions) == 0 {
			err = fmt.Errorf("it has no expression")
		}
		for _, expression := range expressions {
			var found []string
			if found, err = metricsOf(expression); err != nil {
				err = fmt.Errorf("%s: %w", expression, err)
				break
			}
			names = append(names, found...)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "promql: %s: %v\n", file, err)
			os.Exit(1)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		fmt.Println(name)
	}
}

func expressionsOf(file string) (expressions []string, err error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(file, ".json") {
		var board dashboard
		if err = json.Unmarshal(content, &board); err != nil {
			return nil, err
		}
		for _, panel := range board.Panels {
			if len(panel.Targets) == 0 {
				return nil, fmt.Errorf("the panel %q shows nothing", panel.Title)
			}
			for _, target := range panel.Targets {
				// what Grafana puts in
				expressions = append(expressions, strings.ReplaceAll(target.Expr, "$__rate_interval", "5m"))
			}
		}
		return expressions, nil
	}
	groups, problems := rulefmt.Parse(content, false, model.UTF8Validation)
	if len(problems) > 0 {
		return nil, problems[0]
	}
	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			expressions = append(expressions, rule.Expr)
		}
	}
	return expressions, nil
}

func metricsOf(expression string) (names []string, err error) {
	expr, err := parser.ParseExpr(expression)
	if err != nil {
		return nil, err
	}
	for _, matchers := range parser.ExtractSelectors(expr) {
		for _, matcher := range matchers {
			if matcher.Name == labels.MetricName {
				names = append(names, matcher.Value)
			}
		}
	}
	return names, nil
}
