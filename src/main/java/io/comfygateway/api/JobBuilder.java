package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.NewJob;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Warning;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.PromptExcerpt;
import io.comfygateway.workflow.Workflow;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.camel.Exchange;

/** Makes the job of a submission when all else is known. */
public final class JobBuilder {
  private static final int MOST_WARNINGS = 100;

  private final RequestContent content;
  private final DeliveryTargets targets;
  private final MediaFiles media;
  private final ObjectMapper json;
  private final InstantSource clock;

  public JobBuilder(
      RequestContent content,
      DeliveryTargets targets,
      MediaFiles media,
      ObjectMapper json,
      InstantSource clock) {
    this.content = content;
    this.targets = targets;
    this.media = media;
    this.json = json;
    this.clock = clock;
  }

  /** What a client of ComfyUI's own API sent. */
  static Optional<ClientSubmission> client(Exchange exchange) {
    return Optional.ofNullable(
        exchange.getProperty(ClientSubmission.PROPERTY, ClientSubmission.class));
  }

  /**
   * The job. Its files are kept from then on, unless this fails.
   *
   * @throws Problem where a field or a file is not valid
   * @throws IOException where a file cannot be stored
   */
  NewJob build(Exchange exchange) throws IOException {
    Submission submission = Submission.of(exchange);
    Submission.Targets where = targets.of(exchange);
    Graph graph = content.graph(exchange);
    RequestFields fields = new RequestFields(content.request(exchange));
    int priority = fields.priority();
    Optional<Integer> timeout = fields.timeout();
    Optional<Integer> expiresIn = fields.expiresIn();
    ObjectNode metadata = fields.metadata(json);
    Optional<ClientSubmission> client = client(exchange);
    Optional<ObjectNode> extraData =
        client.isPresent() ? client.get().extraData() : fields.extraData();
    try {
      JobDocument document =
          new JobDocument(
              graph.toJson(),
              extraData,
              media.keep(submission),
              where.callback(),
              where.s3(),
              where.deliver(),
              submission.batch,
              client.map(ClientSubmission::client));
      return new NewJob(
          submission.id,
          submission.caller.name(),
          submission.workflow.map(Workflow::ref),
          priority,
          timeout,
          expiresIn.map(seconds -> clock.instant().plusSeconds(seconds)),
          document,
          JobFacts.of(submission.seeds, metadata)
              .withPromptText(PromptExcerpt.of(graph, submission.workflow))
              .withWarnings(Warning.first(MOST_WARNINGS, submission.warnings)),
          submission.idempotency,
          submission.needs);
    } catch (IOException | RuntimeException | Error failed) {
      media.forget(submission.id);
      throw failed;
    }
  }
}
