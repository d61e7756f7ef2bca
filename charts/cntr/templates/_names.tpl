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

{{/* REGISTRY/REPOSITORY@DIGEST, or with :TAG; the argument is a list of the root context and the image's name in the values. */}}
{{- define "cntr.image" -}}
{{- $values := (index . 0).Values -}}
{{- $image := index $values.images (index . 1) -}}
{{- $registry := ($values.global).imageRegistry | default $image.registry -}}
{{- with $registry }}{{ . }}/{{ end -}}
{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}{{ end -}}
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
{{- $class := (index . 0).Values.priorityClass }}
{{- with $values.priorityClassName | default (ternary $class.name "" $class.create) }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* Whether the admission policies are made: "true", or nothing. */}}
{{- define "cntr.policies" -}}
{{- $served := .Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy" -}}
{{- $wanted := toString .Values.policies.enabled -}}
{{- if or (eq $wanted "true") (and (eq $wanted "auto") $served) }}true{{ end -}}
{{- end }}

{{/* The version of policies that fill in, where the API server serves them. */}}
{{- define "cntr.mutatingPolicies" -}}
{{- $apis := .Capabilities.APIVersions -}}
{{- if $apis.Has "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy" }}v1
{{- else if $apis.Has "admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicy" }}v1beta1
{{- end -}}
{{- end }}

{{/* Rules of a NetworkPolicy for egress to the API server. */}}
{{- define "cntr.toApiServer" -}}
- ports:
    {{- range .Values.networkPolicies.apiServer.ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- with .Values.networkPolicies.apiServer.cidrs }}
  to:
    {{- range . }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
  {{- end }}
{{- end }}

{{/* Settings of a container that may nothing. */}}
{{- define "cntr.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- /* How long an agent without a pod keeps sessions while its node has no other: not at all where their recordings go with the pod. */}}
{{- define "cntr.linger" -}}
{{- if eq .Values.agent.recording.store "EmptyDir" }}0{{ else }}{{ .Values.agent.lingerSeconds }}{{ end }}
{{- end }}
