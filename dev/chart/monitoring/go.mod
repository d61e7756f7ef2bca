// The definitions of PodMonitor and PrometheusRule are YAML files in this module; nothing of it is compiled.
module cntr.dev/monitoring

go 1.24.0

require github.com/prometheus-operator/prometheus-operator v0.83.0
