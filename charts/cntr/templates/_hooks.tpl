{{/* Annotations of an object of a hook, gone when that succeeded; the argument is a list of the hook's name and the order within it. */}}
{{- define "cntr.hook" -}}
helm.sh/hook: {{ index . 0 }}
helm.sh/hook-weight: {{ index . 1 | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{/* The pod of a hook: the operator's program with one argument; the argument is a list of the root context, the component's name and that. */}}
{{- define "cntr.hookPod" -}}
{{- $root := index . 0 }}
{{- $component := index . 1 -}}
serviceAccountName: cntr-{{ $component }}
restartPolicy: Never
enableServiceLinks: false
activeDeadlineSeconds: 240
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  seccompProfile: {type: RuntimeDefault}
{{- with include "cntr.scheduling" (list $root "operator") | trim }}{{ nindent 0 . }}{{ end }}
containers:
  - name: {{ $component }}
    image: {{ include "cntr.image" (list $root "operator") }}
    imagePullPolicy: {{ $root.Values.images.operator.pullPolicy }}
    command: [/opt/cntr/bin/cntr-operator, {{ index . 2 }}]
    env:
      - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
      - {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
      - {name: CNTR_USER, value: "system:serviceaccount:{{ $root.Values.namespaces.system.name }}:cntr-{{ $component }}"}
    resources: {{- toYaml $root.Values.operator.resources | nindent 6 }}
    securityContext: {{- include "cntr.restricted" $root | nindent 6 }}
    volumeMounts:
      - {name: tmp, mountPath: /tmp}
volumes:
  - {name: tmp, emptyDir: {sizeLimit: 64Mi}}
{{- end }}
