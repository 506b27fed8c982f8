package io.comfygateway.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.workflow.FileKind;
import io.comfygateway.workflow.InputType;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A job to be accepted, that says only what it must until it is told more. */
public final class Draft {
  private static final ObjectNode TEXTS = TestJson.object("/job/document.json");

  private final String owner;
  private Optional<String> workflow = Optional.empty();
  private int priority;
  private Optional<Integer> timeoutSeconds = Optional.empty();
  private Optional<Instant> expires = Optional.empty();
  private JobFacts facts = JobFacts.of(Map.of(), TestJson.MAPPER.createObjectNode());
  private Optional<NewJob.Idempotency> idempotency = Optional.empty();
  private Optional<UUID> batch = Optional.empty();
  private GraphRequirements needs = GraphRequirements.NONE;
  private Optional<JobDocument.Callback> callback = Optional.empty();
  private Optional<JobDocument.CopyRequest> s3 = Optional.empty();
  private List<JobDocument.Target> deliver = List.of();
  private Optional<ObjectNode> extraData = Optional.empty();
  private List<JobDocument.Media> media = List.of();
  private ObjectNode prompt = (ObjectNode) TEXTS.get("prompt");

  private Draft(String owner) {
    this.owner = owner;
  }

  public static Draft of(String owner) {
    return new Draft(owner);
  }

  /** A job that says everything that a job can say. */
  public static Draft full(String owner) {
    Draft draft =
        of(owner)
            .workflow("txt2img@3")
            .priority(7)
            .expires(Instant.parse("2026-03-02T12:00:00Z"))
            .callback("https://hooks.example.org:8443/done")
            .s3();
    draft.timeoutSeconds = Optional.of(600);
    draft.extraData = Optional.of((ObjectNode) TEXTS.get("extra_data"));
    draft.facts =
        JobFacts.of(
            Map.of("3.seed", BigInteger.valueOf(9_007_199_254_740_991L)),
            (ObjectNode) TEXTS.get("metadata"));
    draft.media =
        List.of(
            new JobDocument.Media(
                "10",
                "image",
                InputType.IMAGE,
                FileKind.USUAL,
                Optional.of("somewhere/1"),
                Optional.empty(),
                "cat.png",
                Optional.of("image/png")));
    return draft;
  }

  /** An image input whose file is to be fetched. */
  public Draft url(String url) {
    media =
        List.of(
            new JobDocument.Media(
                "10",
                "image",
                InputType.IMAGE,
                FileKind.USUAL,
                Optional.empty(),
                Optional.of(url),
                "cat.png",
                Optional.empty()));
    return this;
  }

  /** A job that runs another graph. */
  public Draft prompt(String graph) {
    prompt = TestJson.parse(graph);
    return this;
  }

  public Draft extraData(String fields) {
    extraData = Optional.of(TestJson.parse(fields));
    return this;
  }

  public Draft workflow(String nameAndVersion) {
    workflow = Optional.of(nameAndVersion);
    return this;
  }

  public Draft priority(int value) {
    priority = value;
    return this;
  }

  public Draft timeout(int seconds) {
    timeoutSeconds = Optional.of(seconds);
    return this;
  }

  public Draft expires(Instant at) {
    expires = Optional.of(at);
    return this;
  }

  public Draft key(String key, String bodyHash) {
    idempotency = Optional.of(new NewJob.Idempotency(key, bodyHash));
    return this;
  }

  public Draft callback(String url) {
    return callback(url, "succeeded", "failed");
  }

  public Draft callback(String url, String... events) {
    callback =
        Optional.of(
            new JobDocument.Callback(
                url, Map.of("X-Token", "callback-header-secret"), "json", Set.of(events)));
    return this;
  }

  public Draft needs(GraphRequirements value) {
    needs = value;
    return this;
  }

  public Draft s3() {
    s3 = Optional.of(new JobDocument.CopyRequest("default", "pictures/"));
    return this;
  }

  /** A job whose outputs go to these destinations. */
  public Draft deliver(JobDocument.Target... targets) {
    deliver = List.of(targets);
    return this;
  }

  public Draft batch(UUID id) {
    batch = Optional.of(id);
    return this;
  }

  public NewJob build() {
    JobDocument document = new JobDocument(prompt, extraData, media, callback, s3, deliver, batch);
    return new NewJob(
        UUID.randomUUID(),
        owner,
        workflow,
        priority,
        timeoutSeconds,
        expires,
        document,
        facts,
        idempotency,
        needs);
  }
}
