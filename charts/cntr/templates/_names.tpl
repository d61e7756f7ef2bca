{{/* Labels of a part; the argument is a list of the root context and the component's name. */}}
{{- define "cntr.selector" -}}
app.kubernetes.io/name: cntr
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "cntr.labels" -}}
{{ include "cntr.selector" . }}
{{- with index . 0 }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/instance: {{ .Release.Name }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}
{{- end }}

{{/* repository@digest, or repository:tag; the argument is a list of the root context and the image's name in the values. */}}
{{- define "cntr.image" -}}
{{- $image := index (index . 0).Values.images (index . 1) -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* What a pod spec takes over from the values; the argument is a list of the root context and the component's name. */}}
{{- define "cntr.scheduling" -}}
{{- $values := index (index . 0).Values (index . 1) -}}
{{- with (index . 0).Values.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with $values.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- with $values.affinity }}
affinity: {{ toJson . }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* Whether the admission policies are made: "true", or nothing. */}}
{{- define "cntr.policies" -}}
{{- $served := .Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy" -}}
{{- $wanted := toString .Values.policies.enabled -}}
{{- if or (eq $wanted "true") (and (eq $wanted "auto") $served) }}true{{ end -}}
{{- end }}
