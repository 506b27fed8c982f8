package io.comfygateway.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.comfygateway.access.Caller;
import io.comfygateway.access.JobQuota;
import io.comfygateway.access.Scope;
import io.comfygateway.database.Commits;
import io.comfygateway.job.Acceptance;
import io.comfygateway.job.GraphRequirements;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobQueue;
import io.comfygateway.job.NewJob;
import io.comfygateway.lifecycle.JobCompletion;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.AppliedInputs;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.SeedChoice;
import io.comfygateway.workflow.SeededGraph;
import io.comfygateway.workflow.Seeds;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The step that runs a job again: the same graph, inputs, seeds and deliveries as a new job. */
public final class JobRetry {
  private static final Logger LOG = LoggerFactory.getLogger(JobRetry.class);
  private static final String RANDOM = "random";
  private static final String KEEP = "keep";

  private final JobQueue queue;
  private final JobQueries queries;
  private final Commits commits;
  private final JobCompletion completion;
  private final JobQuota quota;
  private final MediaFiles files;
  private final GraphPolicy policy;
  private final WorkflowLibrary library;
  private final Seeds seeds;
  private final Graph.Limits limits;
  private final JobView view;

  public JobRetry(
      JobQueue queue,
      JobQueries queries,
      Commits commits,
      JobCompletion completion,
      JobQuota quota,
      MediaFiles files,
      GraphPolicy policy,
      WorkflowLibrary library,
      Seeds seeds,
      Graph.Limits limits,
      JobView view) {
    this.queue = queue;
    this.queries = queries;
    this.commits = commits;
    this.completion = completion;
    this.quota = quota;
    this.files = files;
    this.policy = policy;
    this.library = library;
    this.seeds = seeds;
    this.limits = limits;
    this.view = view;
  }

  /**
   * Demands that the caller may still run what the job ran: its workflow, or a graph of its own.
   *
   * @throws Problem where it may not
   */
  public void requireAllowed(
      @ExchangeProperty("caller") Caller caller, @ExchangeProperty("job") Job job) {
    if (job.workflow().isEmpty()) {
      caller.require(Set.of(Scope.RAW));
    } else if (!caller.mayRun(job.workflow().get())) {
      throw new Problem(
          ProblemType.FORBIDDEN,
          "The key \"%s\" may not use the workflow \"%s\"."
              .formatted(caller.name(), job.workflow().get()));
    }
  }

  /**
   * Stores the new job, which belongs to the caller of the old one; it becomes the body. Sets
   * {@code jobId}, and {@code toBeFetched} where an input of it names its file by URL.
   *
   * @throws Problem where the queue or a quota is full, a node class is no longer allowed, or an
   *     input file is no longer kept
   * @throws IOException where a file cannot be stored
   */
  public void store(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty("job") Job job)
      throws IOException {
    queue.requireRoom(job.owner());
    String seed = exchange.getMessage().getHeader("seed", KEEP, String.class);
    NewJob again = again(job, queries.document(job.id()), seed, key(exchange, job, seed));
    try {
      Runnable count = quota.prepare(caller, 1);
      Acceptance acceptance =
          commits.withoutFlush(
              () ->
                  queue.accept(
                      again,
                      () -> {
                        count.run();
                        completion.announce(again.id(), again.document(), "queued", false);
                      }));
      if (acceptance.replayed()) {
        files.forget(again.id());
        exchange.setProperty(IdempotencyKeys.REPLAYED, true);
      } else {
        LOG.info("queued job={} caller={} again={}", again.id(), job.owner(), job.id());
      }
      exchange.setProperty(JobResponses.JOB_ID, acceptance.id());
      exchange.setProperty("toBeFetched", again.document().isToBeFetched());
      exchange
          .getMessage()
          .setBody(new JsonView(() -> view.render(queries.find(acceptance.id()).orElseThrow())));
    } catch (Problem refused) {
      files.forget(again.id());
      throw refused;
    }
  }

  private static Optional<NewJob.Idempotency> key(Exchange exchange, Job job, String seed) {
    if (!KEEP.equals(seed) && !RANDOM.equals(seed)) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "seed is " + StrictJson.shown(seed) + "; it is keep or random.");
    }
    return IdempotencyKeys.of(exchange, () -> "retry " + job.id() + " " + seed);
  }

  private NewJob again(
      Job job, JobDocument document, String seed, Optional<NewJob.Idempotency> idempotency)
      throws IOException {
    UUID id = UUID.randomUUID();
    Optional<Workflow> workflow = job.workflow().flatMap(library::findKept);
    Graph read = Graph.parse(document.prompt(), "", limits);
    Graph graph = workflow.map(Workflow::graph).map(read::sharingAs).orElse(read);
    policy.requireSafe(graph, workflow, "");
    Map<String, BigInteger> used = job.facts().seeds();
    if (RANDOM.equals(seed)) {
      SeededGraph drawn =
          seeds.randomise(
              graph,
              new SeedChoice.Random(),
              policy.classes(),
              new AppliedInputs(graph, List.of(), Set.of(), Set.of()));
      graph = drawn.graph();
      used = drawn.seeds();
    }
    return new NewJob(
        id,
        job.owner(),
        job.workflow(),
        job.priority(),
        job.timeoutSeconds(),
        Optional.empty(),
        new JobDocument(
            graph.toJson(),
            document.extraData(),
            files(id, job.owner(), document.media()),
            document.callback(),
            document.s3(),
            document.deliver(),
            Optional.empty(),
            document.client()),
        JobFacts.of(
                used,
                job.facts().metadata().isObject()
                    ? job.facts().metadata().deepCopy()
                    : JsonNodeFactory.instance.objectNode())
            .withPromptText(job.facts().promptText()),
        idempotency,
        GraphRequirements.of(graph.toJson(), workflow.map(Workflow::runsOn).orElse(Set.of())));
  }

  private List<JobDocument.Media> files(UUID id, String owner, List<JobDocument.Media> media)
      throws IOException {
    List<JobDocument.Media> copies = new ArrayList<>();
    try {
      for (JobDocument.Media file : media) {
        copies.add(file.isRemote() ? file : files.again(id, owner, copies.size(), file));
      }
      return copies;
    } catch (NoSuchFileException gone) {
      files.forget(id);
      throw new Problem(
          ProblemType.JOB_EXPIRED,
          "An input file of the job is no longer kept. Submit the job with its files again.");
    } catch (IOException | RuntimeException failed) {
      files.forget(id);
      throw failed;
    }
  }
}
