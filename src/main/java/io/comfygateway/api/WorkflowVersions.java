package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.library.Alias;
import io.comfygateway.library.StoredLibrary;
import io.comfygateway.library.StoredVersion;
import io.comfygateway.library.WorkflowDiff;
import io.comfygateway.library.WorkflowPublisher;
import io.comfygateway.pool.Backends;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import io.comfygateway.workflow.WorkflowSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps that show the versions of a workflow, and that show and move its aliases. */
public final class WorkflowVersions {
  /** The highest version that a name can have behind it. */
  static final int MOST = 999_999_999;

  private static final int OK = 200;

  private final WorkflowLibrary library;
  private final StoredLibrary stored;
  private final WorkflowPublisher publisher;
  private final Backends backends;
  private final WorkflowView views;
  private final ObjectMapper json;
  private final RequestReader reader;

  public WorkflowVersions(
      WorkflowLibrary library,
      StoredLibrary stored,
      WorkflowPublisher publisher,
      Backends backends,
      WorkflowView views,
      ObjectMapper json) {
    this.library = library;
    this.stored = stored;
    this.publisher = publisher;
    this.backends = backends;
    this.views = views;
    this.json = json;
    this.reader = new RequestReader(json);
  }

  /**
   * The versions of the workflow of the path, the newest first.
   *
   * @throws Problem where there is no such workflow
   */
  public void list(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    Workflow current = named(exchange, caller);
    String name = current.name();
    ObjectNode body = json.createObjectNode().put("name", name);
    body.put("current", current.version());
    body.put("source", views.source(name));
    List<StoredVersion> kept = stored.versions(name);
    Map<String, Long> runs =
        stored.runs(kept.stream().map(version -> name + "@" + version.version()).toList());
    ArrayNode list = body.putArray("versions");
    kept.forEach(version -> list.add(row(name, version, current, runs)));
    // Older versions that have a file of their own.
    Set<Integer> known = Set.copyOf(kept.stream().map(StoredVersion::version).toList());
    library.all().stream()
        .filter(workflow -> workflow.name().equals(name) && !known.contains(workflow.version()))
        .forEach(
            workflow ->
                list.addObject()
                    .put("version", workflow.version())
                    .put("ref", workflow.ref())
                    .put("source", "file")
                    .put("current", workflow.version() == current.version()));
    Responses.json(exchange, OK, body.toString());
  }

  private ObjectNode row(
      String name, StoredVersion version, Workflow current, Map<String, Long> runs) {
    String ref = name + "@" + version.version();
    ObjectNode row = json.createObjectNode().put("version", version.version()).put("ref", ref);
    row.put("source", version.by().isPresent() ? "upload" : "file");
    row.put("current", version.version() == current.version());
    row.put("created_at", version.createdAt().toString());
    version.by().ifPresent(by -> row.put("by", by));
    version.note().ifPresent(note -> row.put("note", note));
    row.put("runs", runs.getOrDefault(ref, 0L));
    ArrayNode aliases = row.putArray("aliases");
    stored.aliases(name).entrySet().stream()
        .filter(alias -> alias.getValue() == version.version())
        .map(Map.Entry::getKey)
        .sorted()
        .forEach(aliases::add);
    return row;
  }

  /**
   * One version with its graph and what names its inputs.
   *
   * @throws Problem where there is no such version
   */
  public void show(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    String name = named(exchange, caller).name();
    String wanted = exchange.getMessage().getHeader("version", "", String.class);
    Workflow workflow = library.require(name + "@" + wanted, caller::mayRun);
    ObjectNode view = json.createObjectNode().put("name", name);
    view.put("version", workflow.version());
    view.put("ref", workflow.ref());
    stored.versions(name).stream()
        .filter(version -> version.version() == workflow.version())
        .findFirst()
        .ifPresent(
            version -> {
              view.put("created_at", version.createdAt().toString());
              version.by().ifPresent(by -> view.put("by", by));
              version.note().ifPresent(note -> view.put("note", note));
            });
    view.put("title", workflow.title());
    view.set("graph", workflow.graph().toJson());
    Optional<WorkflowSource> source = stored.source(name, workflow.version());
    source
        .flatMap(WorkflowSource::sidecar)
        .ifPresent(
            yaml -> view.put("sidecar_yaml", yaml).set("sidecar", WorkflowSource.json(yaml)));
    source
        .flatMap(WorkflowSource::preset)
        .ifPresent(yaml -> view.put("preset_yaml", yaml).set("preset", WorkflowSource.json(yaml)));
    source.flatMap(WorkflowSource::editor).ifPresent(editor -> view.set("editor", editor));
    Responses.json(exchange, OK, view.toString());
  }

  /**
   * What differs between two versions.
   *
   * @throws Problem where there is no such version
   */
  public void diff(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    Workflow current = named(exchange, caller);
    String name = current.name();
    Workflow from = side(exchange, name, "from", caller).orElseThrow(WorkflowVersions::noFrom);
    Workflow to = side(exchange, name, "to", caller).orElse(current);
    ObjectNode diff = json.createObjectNode().put("name", name);
    diff.setAll(new WorkflowDiff(from, to).toJson(backends.nodeClasses().all()));
    Responses.json(exchange, OK, diff.toString());
  }

  private Optional<Workflow> side(Exchange exchange, String name, String side, Caller caller) {
    return Optional.ofNullable(exchange.getMessage().getHeader(side, String.class))
        .map(version -> library.require(name + "@" + version, caller::mayRun));
  }

  private static Problem noFrom() {
    return new Problem(
        ProblemType.INVALID_REQUEST,
        "from is missing: the version or alias to compare with, such as ?from=2&to=3.");
  }

  /**
   * The aliases of the workflow of the path, and their moves.
   *
   * @throws Problem where there is no such workflow
   */
  public void aliases(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    String name = named(exchange, caller).name();
    ObjectNode body = json.createObjectNode().put("name", name);
    ArrayNode list = body.putArray("aliases");
    for (Alias alias : stored.aliasesOf(name)) {
      list.addObject()
          .put("alias", alias.name())
          .put("version", alias.version())
          .put("moved_at", alias.movedAt().toString())
          .put("by", alias.by());
    }
    ArrayNode history = body.putArray("history");
    for (Alias.Move move : stored.moves(name)) {
      ObjectNode row = history.addObject().put("alias", move.alias());
      move.from().ifPresent(version -> row.put("from", version));
      move.to().ifPresent(version -> row.put("to", version));
      row.put("at", move.at().toString()).put("by", move.by());
    }
    Responses.json(exchange, OK, body.toString());
  }

  /**
   * Makes an alias, or moves it to another version.
   *
   * @throws Problem where there is no such version, or the alias cannot be called so
   */
  public void setAlias(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    String name = named(exchange, caller).name();
    String alias = exchange.getMessage().getHeader("alias", "", String.class);
    FieldReader fields = new FieldReader(reader.readJson(exchange), "");
    fields.requireKnown(Set.of("version"));
    int version =
        fields
            .number("version", 1, MOST, "version")
            .orElseThrow(
                () ->
                    Problem.ofField(
                        ProblemType.INVALID_INPUT,
                        "/version",
                        "version is missing: the version that the alias is to name."));
    boolean hasFile = library.hasFile(name + "@" + version);
    Optional<Integer> before = publisher.setAlias(name, alias, version, hasFile, caller.name());
    ObjectNode body =
        json.createObjectNode().put("name", name).put("alias", alias).put("version", version);
    before.ifPresent(from -> body.put("from", from));
    Responses.json(exchange, OK, body.toString());
  }

  /**
   * Removes an alias.
   *
   * @throws Problem where there is none of this name
   */
  public void removeAlias(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    String name = named(exchange, caller).name();
    String alias = exchange.getMessage().getHeader("alias", "", String.class);
    int version =
        publisher
            .removeAlias(name, alias, caller.name())
            .orElseThrow(
                () ->
                    new Problem(
                        ProblemType.UNKNOWN_WORKFLOW,
                        "The workflow \"%s\" has no alias of this name.".formatted(name)));
    Responses.json(
        exchange,
        OK,
        json.createObjectNode()
            .put("name", name)
            .put("alias", alias)
            .put("from", version)
            .put("removed", true)
            .toString());
  }

  private Workflow named(Exchange exchange, Caller caller) {
    String name = exchange.getMessage().getHeader("name", "", String.class);
    if (name.contains("@")) {
      throw new Problem(
          ProblemType.UNKNOWN_WORKFLOW, "Name the workflow without a version or an alias here.");
    }
    return library.require(name, caller::mayRun);
  }

  /** That a workflow has no such version. */
  static Problem unknown(String name, int version) {
    return new Problem(
        ProblemType.UNKNOWN_WORKFLOW,
        "The workflow \"%s\" has no kept version %d. GET /workflows/{name}/versions lists them."
            .formatted(name, version));
  }
}
