package io.comfygateway.api;

import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.http.FileBody;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.StreamBody;
import io.comfygateway.http.ZipBody;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobStatus;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.SafeName;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRequest;
import io.comfygateway.output.OutputResponse;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.OutputStore;
import io.comfygateway.picture.ConvertedPicture;
import io.comfygateway.picture.OriginalPicture;
import io.comfygateway.picture.PictureConverter;
import io.comfygateway.picture.PictureRequest;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/** The step that answers with the bytes of an output. */
public final class OutputContent {
  /** The exchange property with the {@link Conversion} that a request wants, if it wants one. */
  static final String CONVERSION = "conversion";

  private static final int OK = 200;
  private static final int NOT_MODIFIED = 304;

  private final JobQueries queries;
  private final OutputRows outputs;
  private final OutputStore files;
  private final PictureConverter pictures;

  /** The rest of a response, for which pictures are converted first. No thread waits for them. */
  interface Conversion {
    /**
     * Sets the response.
     *
     * @return its body, once its headers are set
     * @throws Problem where a picture cannot be converted, or too many conversions wait
     */
    CompletionStage<Object> run(Exchange exchange) throws IOException;
  }

  public OutputContent(
      JobQueries queries, OutputRows outputs, OutputStore files, PictureConverter pictures) {
    this.pictures = pictures;
    this.queries = queries;
    this.outputs = outputs;
    this.files = files;
  }

  /**
   * The bytes of an output, or the range of them that was asked for.
   *
   * @param linked the job, where a signed URL gives access rather than a key
   * @throws Problem where the caller has no such output
   */
  public void output(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty("job") Job linked) {
    Message request = exchange.getMessage();
    String index = request.getHeader("index", "", String.class);
    Optional<Job> job =
        caller == null
            ? Optional.ofNullable(linked)
            : Ownership.id(request.getHeader("id", String.class))
                .flatMap(
                    id ->
                        Ownership.find(
                            id, caller, Scope.READ_ALL, () -> queries.find(id), queries::find));
    Output output =
        job.filter(known -> index.matches("\\d{1,6}"))
            .flatMap(known -> outputs.find(known.id(), Integer.parseInt(index)))
            .orElseThrow(
                () ->
                    new Problem(
                        ProblemType.UNKNOWN_OUTPUT,
                        "There is no such output; GET the job for those that it has."));
    OutputRequest wanted = OutputRequest.of(request.getHeaders());
    Optional<PictureRequest> picture =
        PictureRequest.of(name -> request.getHeader(name, String.class))
            .filter(it -> !it.isAsItIs(output.stored().contentType()));
    if (picture.isPresent()) {
      requireKept(output);
      String owner = job.get().owner();
      Conversion conversion = to -> converted(to, output, owner, picture.get(), wanted);
      exchange.setProperty(CONVERSION, conversion);
    } else {
      send(exchange, output, wanted);
    }
    // A response that had waited for the disk contained the signed URL.
    exchange.setProperty(GatewayHttpConsumer.DURABLE, caller == null);
  }

  /**
   * Answers with what was found before, in the form that the query asks for.
   *
   * @return the body of the response, once its headers are set
   * @throws Problem where an output cannot be converted, or too many conversions wait
   */
  public CompletionStage<Object> convert(
      Exchange exchange, @ExchangeProperty(CONVERSION) Conversion conversion) throws IOException {
    return conversion.run(exchange);
  }

  private CompletionStage<Object> converted(
      Exchange exchange, Output output, String owner, PictureRequest picture, OutputRequest wanted)
      throws IOException {
    return pictures
        .convert(OriginalPicture.of(output, owner, files.bytes(output.stored())), picture)
        .thenApply(
            made -> {
              send(exchange, made, output.source().filename(), wanted);
              return exchange.getMessage().getBody();
            });
  }

  /**
   * Answers with a converted picture.
   *
   * @param filename that of its original
   */
  public static void send(
      Exchange exchange, ConvertedPicture picture, String filename, OutputRequest request) {
    OutputResponse response =
        OutputResponse.to(
            request,
            new OutputResponse.Facts(
                ContentTypes.renamed(filename, picture.contentType()),
                picture.contentType(),
                picture.bytes(),
                picture.sha256()));
    Object body =
        response.status() == NOT_MODIFIED
            ? ""
            : new FileBody(picture.file(), response.offset(), response.length());
    Responses.send(exchange, response.status(), picture.contentType(), body);
    response.headers().forEach(exchange.getMessage()::setHeader);
  }

  /**
   * All outputs of a job as a ZIP archive.
   *
   * @throws Problem where the job has none, or one is no longer kept
   */
  public void archive(Exchange exchange, @ExchangeProperty("job") Job job) {
    List<Output> all = outputs.of(job.id());
    if (all.isEmpty()) {
      throw new Problem(
          ProblemType.UNKNOWN_OUTPUT, "The job has no outputs, or has not succeeded yet.");
    }
    Set<String> names = new HashSet<>();
    List<ZipBody.Entry> entries = new ArrayList<>();
    for (Output output : all) {
      requireKept(output);
      String name = SafeName.of(output.source().filename());
      entries.add(
          new ZipBody.Entry(
              names.add(name) ? name : output.index() + "-" + name,
              () -> files.bytes(output.stored()).open(0, output.stored().bytes())));
    }
    Responses.send(exchange, OK, "application/zip", new ZipBody(entries));
    exchange
        .getMessage()
        .setHeader("Content-Disposition", "attachment; filename=\"" + job.id() + ".zip\"");
  }

  private static void requireKept(Output output) {
    if (output.expired().isPresent()) {
      throw new Problem(
          ProblemType.OUTPUT_EXPIRED,
          "The file of this output was removed at "
              + output.expired().get()
              + " to make room for newer ones; run the job again.");
    }
  }

  /**
   * The first output of a job that has ended, with links to the job and its other outputs.
   *
   * @param picture the form that a picture is to have
   * @throws Problem where the job did not succeed, or has no output
   */
  void first(Exchange exchange, Job job, Optional<PictureRequest> picture) {
    if (job.status() != JobStatus.SUCCEEDED) {
      throw linked(job, ProblemType.JOB_FAILED, failure(job));
    }
    List<Output> all = outputs.of(job.id());
    if (all.isEmpty()) {
      throw linked(
          job,
          ProblemType.UNKNOWN_OUTPUT,
          "Job " + job.id() + " succeeded without a file; ask without binary for its texts.");
    }
    Output first = all.get(0);
    OutputRequest whole = new OutputRequest(Optional.empty(), Optional.empty(), Optional.empty());
    Optional<PictureRequest> other =
        picture.filter(it -> !it.isAsItIs(first.stored().contentType()));
    if (other.isEmpty()) {
      send(exchange, first, whole);
      describe(exchange, job, all);
      exchange.getMessage().setHeader("Content-Location", OutputLinks.of(job, first));
      return;
    }
    requireKept(first);
    Conversion conversion =
        to -> {
          try {
            return converted(to, first, job.owner(), other.get(), whole)
                .thenApply(
                    body -> {
                      describe(to, job, all);
                      return body;
                    });
          } catch (Problem refused) {
            throw refused.withJob(job.id()).withHeader("Location", "/jobs/" + job.id());
          }
        };
    exchange.setProperty(CONVERSION, conversion);
  }

  private static void describe(Exchange exchange, Job job, List<Output> all) {
    Message answer = exchange.getMessage();
    answer.setHeader("Gateway-Job-Id", job.id().toString());
    answer.setHeader("Gateway-Output-Count", Integer.toString(all.size()));
    answer.setHeader("Link", OutputLinks.header(job, all));
    Responses.markReplayed(exchange);
  }

  private static Problem linked(Job job, ProblemType type, String detail) {
    return new Problem(type, detail).withJob(job.id()).withHeader("Location", "/jobs/" + job.id());
  }

  static String failure(Job job) {
    JobError error =
        job.facts().error().orElseGet(() -> JobError.of("cancelled", "The job was cancelled."));
    String node =
        error
            .node()
            .map(id -> " (node " + id + error.nodeType().map(type -> ", " + type).orElse("") + ")")
            .orElse("");
    return "Job %s has %s: %s: %s%s"
        .formatted(job.id(), job.status().word(), error.type(), error.detail(), node);
  }

  private void send(Exchange exchange, Output output, OutputRequest request) {
    requireKept(output);
    OutputResponse response =
        OutputResponse.to(
            request,
            new OutputResponse.Facts(
                output.source().filename(),
                output.stored().contentType(),
                output.stored().bytes(),
                output.stored().sha256()));
    Object body =
        response.status() == NOT_MODIFIED ? "" : body(files.bytes(output.stored()), response);
    Responses.send(exchange, response.status(), output.stored().contentType(), body);
    response.headers().forEach(exchange.getMessage()::setHeader);
  }

  /** The body of a response that has a part of an output. */
  public static Object body(StoredBytes bytes, OutputResponse response) {
    return bytes
        .file()
        .<Object>map(file -> new FileBody(file, response.offset(), response.length()))
        .orElseGet(
            () ->
                new StreamBody(
                    () -> bytes.open(response.offset(), response.length()), response.length()));
  }
}
