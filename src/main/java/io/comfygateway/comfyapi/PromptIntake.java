package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.api.ClientSubmission;
import io.comfygateway.exchange.OnDone;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.LongPollLimit;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.NewJob;
import io.comfygateway.pool.Backends;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * The steps of {@code POST /prompt}: the client's prompt becomes an ordinary submission, and the
 * stored job ComfyUI's answer.
 */
public final class PromptIntake {
  private final ClientPrompts prompts;
  private final OutputNodes outputs;
  private final ReferencedFiles files;
  private final JobQueries queries;
  private final VerdictWait verdicts;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final SocketHub sockets;

  public PromptIntake(
      ClientPrompts prompts,
      Backends backends,
      ReferencedFiles files,
      JobQueries queries,
      VerdictWait verdicts,
      ObjectMapper json,
      InstantSource clock,
      SocketHub sockets) {
    this.sockets = sockets;
    this.prompts = prompts;
    this.outputs = new OutputNodes(backends);
    this.files = files;
    this.queries = queries;
    this.verdicts = verdicts;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Reads the prompt: the body becomes the submission, with the uploads that the graph names as its
   * files. A prompt that cannot run is refused here, and the route stops.
   */
  public void read(Exchange exchange, @ExchangeProperty("caller") Caller caller)
      throws IOException {
    PromptRequest request;
    try {
      request = PromptRequest.read(PromptBody.read(exchange, json));
    } catch (PromptRequest.Refused refused) {
      ClientResponses.refuse(exchange, refused.error());
      return;
    }
    if (outputs.isWithoutOutputs(request.prompt())) {
      ClientResponses.refuse(
          exchange, ClientResponses.error("prompt_no_outputs", "Prompt has no outputs", ""));
      return;
    }
    ReferencedFiles.Found found = files.in(request.prompt(), caller.name(), exchange);
    if (found.nodeErrors().isPresent()) {
      ClientResponses.refuse(
          exchange,
          ClientResponses.error(
              "prompt_outputs_failed_validation", "Prompt outputs failed validation", ""),
          found.nodeErrors().get());
      return;
    }
    prompts.numbers().prepare(caller.name());
    ObjectNode submission = JsonNodeFactory.instance.objectNode();
    submission.set("prompt", withoutNames(request.prompt(), found.named()));
    // Clients choose their own seeds.
    submission.put("seed", "keep");
    submission.set("inputs", found.inputs());
    Message message = exchange.getMessage();
    message.removeHeaders("*", "Camel*");
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setBody(submission);
    exchange.setProperty(GatewayHttpConsumer.FORM, new ReceivedForm(Map.of(), found.files()));
    Accepted accepted = new Accepted(request, found.named());
    exchange.setProperty(ClientSubmission.PROPERTY, accepted);
    OnDone.run(exchange, accepted::answered);
  }

  // So no other check mistakes the name for a file on a server.
  private static ObjectNode withoutNames(ObjectNode graph, Map<String, Map<String, String>> named) {
    if (named.isEmpty()) {
      return graph;
    }
    ObjectNode copy = graph.deepCopy();
    named.forEach(
        (node, inputs) ->
            inputs
                .keySet()
                .forEach(input -> ((ObjectNode) copy.path(node).path("inputs")).put(input, "")));
    return copy;
  }

  /**
   * Answers with the prompt that was stored: at once, or if a server has room for it, when that has
   * accepted or refused it.
   */
  public void answer(
      Exchange exchange, @ExchangeProperty(ClientSubmission.PROPERTY) ClientSubmission submission) {
    UUID job = Objects.requireNonNull(((Accepted) submission).stored).job();
    Optional<LongPollLimit> wait = queries.find(job).flatMap(verdicts::of);
    if (wait.isPresent()) {
      exchange.setProperty(LongPollLimit.PROPERTY, wait.get());
    } else {
      judged(exchange, submission);
    }
  }

  /** Answers as the server did, or that the prompt was accepted if no server has answered yet. */
  public void judged(
      Exchange exchange, @ExchangeProperty(ClientSubmission.PROPERTY) ClientSubmission submission) {
    Accepted accepted = (Accepted) submission;
    ClientPrompt stored = Objects.requireNonNull(accepted.stored);
    Optional<JobFacts> facts = queries.find(stored.job()).map(Job::facts);
    Optional<JobError> refusal =
        facts.flatMap(JobFacts::error).filter(error -> error.comfyError().isPresent());
    if (refusal.isPresent()) {
      prompts.removeRefused(stored.job());
      sockets.refused(stored);
      ClientResponses.refuse(
          exchange,
          refusal.get().comfyError().orElseThrow(),
          refusal.get().nodeErrors().orElseGet(JsonNodeFactory.instance::objectNode));
      return;
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("prompt_id", stored.promptId().toString());
    var number = JsonNodeFactory.instance.arrayNode();
    PromptEntries.number(number, stored.number());
    answer.set("number", number.get(0));
    answer.set("node_errors", leftOut(stored, facts).orElse(accepted.detail).nodeErrors());
    ClientResponses.json(exchange, answer);
  }

  private Optional<PromptDetail> leftOut(ClientPrompt stored, Optional<JobFacts> facts) {
    return facts
        .filter(
            known ->
                known.warnings().stream()
                    .anyMatch(warning -> warning.code().equals("outputs_left_out")))
        .flatMap(known -> prompts.entry(stored.job()))
        .map(ClientPrompts.Entry::detail);
  }

  /** A prompt on its way into the store. */
  private final class Accepted implements ClientSubmission {
    private final PromptRequest request;
    private final Map<String, Map<String, String>> named;

    private @Nullable ClientPrompt stored;

    @SuppressWarnings("NullAway.Init")
    private PromptDetail detail;

    private Accepted(PromptRequest request, Map<String, Map<String, String>> named) {
      this.request = request;
      this.named = named;
    }

    @Override
    public JobDocument.Client client() {
      return new JobDocument.Client(request.targets());
    }

    @Override
    public Optional<ObjectNode> extraData() {
      return request.extraData();
    }

    @Override
    public void store(NewJob job) {
      UUID promptId = request.promptId().orElse(job.id());
      boolean hasPlace = request.front() || request.number().isPresent();
      double number = request.number().orElseGet(() -> next(job.owner()));
      PromptDetail said =
          outputs.of(job.document().prompt(), request.targets(), job.facts().warnings());
      detail = new PromptDetail(said.outputs(), said.nodeErrors(), named);
      ClientPrompt prompt =
          new ClientPrompt(
              job.id(),
              job.owner(),
              promptId,
              request.clientId(),
              number,
              clock.instant(),
              Optional.empty(),
              false);
      stored = prompt;
      sockets.posting(prompt);
      prompts.add(prompt, detail);
      if (hasPlace) {
        prompts.place(prompt);
      }
    }

    private double next(String owner) {
      long next = prompts.numbers().next(owner);
      return request.front() ? -next : next;
    }

    // The response was written, or could not be.
    private void answered() {
      if (stored != null) {
        sockets.answered(stored);
      }
    }
  }
}
