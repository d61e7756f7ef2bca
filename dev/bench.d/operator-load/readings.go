package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// operator is the process that is measured.
type operator struct {
	pid     int
	metrics string
}

// failWhenItEnds ends the benchmark with the operator, which nobody starts again.
func (o operator) failWhenItEnds() {
	for {
		time.Sleep(time.Second)
		if _, err := os.Stat(fmt.Sprintf("/proc/%d/stat", o.pid)); err != nil {
			fail("the operator has ended")
		}
	}
}

// reading is what a look at the operator, the API server and the machine gives; all but the memory only grows.
type reading struct {
	at                      time.Time
	operatorCPU, serverCPU  float64            // seconds
	machineBusy, machineAll float64            // ticks of all processors
	resident, mostResident  int                // KiB
	requests                map[string]float64 // the operator's, by method
}

func takeReading(admin *api, o operator) reading {
	r := reading{at: time.Now(), requests: map[string]float64{}}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", o.pid))
	must(err)
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	r.operatorCPU = (number(fields[11]) + number(fields[12])) / 100
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", o.pid))
	must(err)
	r.resident, r.mostResident = field(string(status), "VmRSS"), field(string(status), "VmHWM")
	all, err := os.ReadFile("/proc/stat")
	must(err)
	for i, ticks := range strings.Fields(strings.SplitN(string(all), "\n", 2)[0])[1:9] {
		r.machineAll += number(ticks)
		if i != 3 && i != 4 { // idle, waiting for a disk
			r.machineBusy += number(ticks)
		}
	}
	server, err := admin.text("/metrics")
	must(err)
	r.serverCPU = number(regexp.MustCompile(`(?m)^process_cpu_seconds_total (\S+)`).FindStringSubmatch(server)[1])
	response, err := http.Get(o.metrics)
	must(err)
	defer response.Body.Close()
	own, err := io.ReadAll(response.Body)
	must(err)
	for _, found := range regexp.MustCompile(`(?m)^cntr_operator_api_requests_total\{.*method="(\w+)".*\} (\S+)`).FindAllStringSubmatch(string(own), -1) {
		r.requests[found[1]] += number(found[2])
	}
	return r
}

func number(text string) float64 {
	value, err := strconv.ParseFloat(text, 64)
	must(err)
	return value
}

func field(status, name string) int {
	value, err := strconv.Atoi(regexp.MustCompile(name + `:\s+(\d+) kB`).FindStringSubmatch(status)[1])
	must(err)
	return value
}

// report prints a run as lines of "what<TAB>figure", which dev/bench.d/operator puts side by side.
func report(sessions int, idle, placing, settled, ended reading, places, readies []time.Duration, conflicts int64) {
	line := func(what, format string, values ...any) {
		fmt.Printf("%s\t"+format+"\n", append([]any{what}, values...)...)
	}
	seconds := func(from, to reading) float64 { return to.at.Sub(from.at).Seconds() }
	calls := func(from, to reading) (sum float64, each string) {
		for _, method := range []string{"GET", "PATCH", "PUT", "POST", "DELETE"} {
			made := to.requests[method] - from.requests[method]
			sum += made
			each += fmt.Sprintf(" %s %.2f", method, made/float64(sessions))
		}
		return sum / float64(sessions), each
	}
	percentile := func(sorted []time.Duration, share float64) float64 {
		return float64(sorted[int(share*float64(len(sorted)-1))].Microseconds()) / 1000
	}
	line("placed, sessions a second", "%.0f", float64(sessions)/seconds(idle, placing))
	line("creation to Scheduled, p50 / p99, ms", "%.0f / %.0f", percentile(places, 0.5), percentile(places, 0.99))
	line("creation to Ready, p50 / p99, ms", "%.0f / %.0f", percentile(readies, 0.5), percentile(readies, 0.99))
	line("all ready and settled, sessions a second", "%.0f", float64(sessions)/seconds(idle, settled))
	line("ended and removed, sessions a second", "%.0f", float64(sessions)/seconds(settled, ended))
	toReady, methods := calls(idle, settled)
	line("operator's requests a session, until Ready", "%.2f", toReady)
	line("  of these", "%s", strings.TrimSpace(methods))
	whole, methods := calls(idle, ended)
	line("operator's requests a session, whole life", "%.2f", whole)
	line("  of these", "%s", strings.TrimSpace(methods))
	line("agents' writes that lost a race", "%d", conflicts)
	line("operator, resident before / with all sessions / at most, MiB", "%d / %d / %d", idle.resident/1024, settled.resident/1024, ended.mostResident/1024)
	line("operator, CPU a session placed and settled, ms", "%.1f", 1000*(settled.operatorCPU-idle.operatorCPU)/float64(sessions))
	line("API server, CPU a session placed and settled, ms", "%.1f", 1000*(settled.serverCPU-idle.serverCPU)/float64(sessions))
	line("machine busy while placing", "%.0f %%", 100*(placing.machineBusy-idle.machineBusy)/(placing.machineAll-idle.machineAll))
}
