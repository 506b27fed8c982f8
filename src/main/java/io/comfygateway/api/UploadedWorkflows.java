package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.library.StoredLibrary;
import io.comfygateway.library.Upload;
import io.comfygateway.library.WorkflowPublisher;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.SourceReader;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import io.comfygateway.workflow.WorkflowSource;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps that upload and remove workflows. */
public final class UploadedWorkflows {
  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int LONGEST_NAME = 1_000;

  private final WorkflowLibrary library;
  private final StoredLibrary stored;
  private final WorkflowPublisher publisher;
  private final SourceReader reader;
  private final GraphPolicy policy;
  private final WorkflowView views;
  private final long mostBytes;
  private final RequestReader json;

  /**
   * Makes the steps.
   *
   * @param mostBytes how many bytes of JSON a workflow may have
   */
  public UploadedWorkflows(
      WorkflowLibrary library,
      StoredLibrary stored,
      WorkflowPublisher publisher,
      SourceReader reader,
      GraphPolicy policy,
      WorkflowView views,
      ObjectMapper mapper,
      long mostBytes) {
    this.library = library;
    this.stored = stored;
    this.publisher = publisher;
    this.reader = reader;
    this.policy = policy;
    this.views = views;
    this.mostBytes = mostBytes;
    this.json = new RequestReader(mapper);
  }

  /**
   * Stores the body as the newest version of the workflow of the path.
   *
   * @throws Problem where it does not load, its name cannot be used, or it is another by now
   * @throws IOException where the file of a form cannot be read
   */
  public void put(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty(GatewayHttpConsumer.FORM) ReceivedForm form)
      throws IOException {
    String name = exchange.getMessage().getHeader("name", "", String.class);
    requireName(name);
    OptionalInt instead = expected(exchange);
    WorkflowBody body = WorkflowBody.read(exchange, form, reader, mostBytes);
    body.givenName()
        .filter(given -> !given.equals(name))
        .ifPresent(
            given -> {
              throw Problem.ofField(
                  ProblemType.INVALID_INPUT,
                  "/name",
                  "The path names another workflow than name; leave name out.");
            });
    store(exchange, caller, name, body, instead);
  }

  /**
   * Stores the body as the newest version of the workflow that it names itself.
   *
   * @throws Problem where it does not load, has no name, or the caller may not use that name
   * @throws IOException where the file of a form cannot be read
   */
  public void post(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty(GatewayHttpConsumer.FORM) ReceivedForm form)
      throws IOException {
    WorkflowBody body = WorkflowBody.read(exchange, form, reader, mostBytes);
    String given =
        body.name()
            .orElseThrow(
                () ->
                    Problem.ofField(
                        ProblemType.INVALID_INPUT,
                        "/name",
                        "name is missing: send {\"name\": …, \"graph\": …}, or PUT /workflows/{name}."));
    String name =
        Optional.of(given)
            .filter(text -> text.length() <= LONGEST_NAME)
            .flatMap(WorkflowLibrary::nameInUrls)
            .orElseThrow(() -> unusable("/name"));
    if (!caller.mayRun(name)) {
      throw new Problem(
          ProblemType.FORBIDDEN,
          "The key \"%s\" may not use the workflow \"%s\".".formatted(caller.name(), name));
    }
    store(exchange, caller, name, body, OptionalInt.empty());
  }

  /**
   * Stores an earlier version of the workflow of the path as its newest one.
   *
   * @throws Problem where there is no such version, or it is the file's
   */
  public void again(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    String name = exchange.getMessage().getHeader("name", "", String.class);
    FieldReader fields = new FieldReader(json.readJson(exchange), "");
    fields.requireKnown(Set.of("from", "note"));
    int from =
        fields
            .number("from", 1, WorkflowVersions.MOST, "version")
            .orElseThrow(
                () ->
                    Problem.ofField(
                        ProblemType.INVALID_INPUT,
                        "/from",
                        "from is missing: the version that is to be the newest again."));
    Optional<String> note = fields.text("note").map(WorkflowBody::checkedNote);
    requireUpload(name);
    library.require(name, caller::mayRun);
    WorkflowSource source =
        stored.source(name, from).orElseThrow(() -> WorkflowVersions.unknown(name, from));
    answer(
        exchange,
        publisher.upload(new Upload(name, source, caller.name(), note, OptionalInt.empty())),
        name);
  }

  /**
   * Removes the workflow of the path.
   *
   * @throws Problem where there is none, or it is a file
   */
  public void remove(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    String name = exchange.getMessage().getHeader("name", "", String.class);
    requireUpload(name);
    if (!publisher.remove(name, caller.name())) {
      library.require(name, caller::mayRun);
      throw new Problem(
          ProblemType.WORKFLOW_CONFLICT,
          "Name the workflow without a version; a single version cannot be removed.");
    }
    ObjectNode body = views.empty().put("name", name).put("removed", true);
    Responses.json(exchange, OK, body.toString());
  }

  private void store(
      Exchange exchange, Caller caller, String name, WorkflowBody body, OptionalInt instead) {
    requireUpload(name);
    // A file of another name is still a version of the same workflow.
    String title =
        Optional.ofNullable(stored.uploaded().get(name))
            .map(Workflow::title)
            .or(body::title)
            .orElse(name.substring(name.lastIndexOf('/') + 1));
    SourceReader.Checked checked =
        reader.check(name, title, body.carried(), body.sidecar(), body.pointers());
    policy.requireUploadable(checked.workflow(), body.pointers().graph());
    answer(
        exchange,
        publisher.upload(new Upload(name, checked.source(), caller.name(), body.note(), instead)),
        name);
  }

  private void answer(Exchange exchange, Upload.Stored version, String name) {
    Workflow workflow =
        stored
            .find(name, version.version())
            .orElseThrow(() -> WorkflowVersions.unknown(name, version.version()))
            .workflow();
    ObjectNode view = views.whole(workflow).put("created", version.isNew());
    Responses.json(exchange, version.isNew() ? CREATED : OK, view.toString());
    exchange.getMessage().setHeader("ETag", WorkflowView.tag(workflow));
    exchange
        .getMessage()
        .setHeader("Location", "/workflows/" + WorkflowView.encoded(workflow.ref()));
  }

  private void requireUpload(String name) {
    if (library.isFile(name)) {
      throw new Problem(
          ProblemType.WORKFLOW_CONFLICT,
          "The workflow \"%s\" is a file in the folder of workflows. Change it there, or use another name."
              .formatted(name));
    }
  }

  private static void requireName(String name) {
    Optional<String> usable =
        name.length() <= LONGEST_NAME ? WorkflowLibrary.nameInUrls(name) : Optional.empty();
    if (usable.isEmpty()) {
      throw unusable("");
    }
    if (!usable.get().equals(name)) {
      throw new Problem(
          ProblemType.INVALID_INPUT,
          "A workflow cannot be called so in URLs; call it \"" + usable.get() + "\".");
    }
  }

  private static Problem unusable(String pointer) {
    String detail =
        "The name cannot be used in URLs: each part of it needs a letter or a digit and does not begin with a dot; there are at most ten parts and 150 characters together.";
    return pointer.isEmpty()
        ? new Problem(ProblemType.INVALID_INPUT, detail)
        : Problem.ofField(ProblemType.INVALID_INPUT, pointer, detail);
  }

  // RFC 9110, section 13.1, for entity tags that are numbers of versions.
  private static OptionalInt expected(Exchange exchange) {
    String match = exchange.getMessage().getHeader("If-Match", "", String.class).strip();
    String noneMatch = exchange.getMessage().getHeader("If-None-Match", "", String.class).strip();
    if (!noneMatch.isEmpty() && !"*".equals(noneMatch)) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "If-None-Match is * here: only if there is no such workflow.");
    }
    if (match.isEmpty()) {
      return noneMatch.isEmpty() ? OptionalInt.empty() : OptionalInt.of(0);
    }
    String number = match.replace("\"", "");
    if (!number.matches("[1-9][0-9]{0,8}")) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "If-Match is the current version in quotes, as the header ETag of GET /workflows/{name} gives it, such as \"3\".");
    }
    return OptionalInt.of(Integer.parseInt(number));
  }
}
