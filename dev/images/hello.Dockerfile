# The demo's target: one static program, no shell, no tools.
FROM scratch
COPY hello /hello
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/hello"]
