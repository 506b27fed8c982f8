package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.library.StoredLibrary;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.Lack;
import io.comfygateway.pool.PoolPlacement;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;

/** How a workflow is shown. */
public final class WorkflowView {
  private final WorkflowLibrary library;
  private final StoredLibrary stored;
  private final WorkflowVerdicts verdicts;
  private final Backends backends;
  private final ObjectMapper json;

  public WorkflowView(
      WorkflowLibrary library,
      StoredLibrary stored,
      WorkflowVerdicts verdicts,
      Backends backends,
      ObjectMapper json) {
    this.library = library;
    this.stored = stored;
    this.verdicts = verdicts;
    this.backends = backends;
    this.json = json;
  }

  /** Its name, version and inputs, and whether it can run. */
  ObjectNode summary(Workflow workflow) {
    ObjectNode view = json.createObjectNode();
    view.put("name", workflow.name());
    view.put("version", workflow.version());
    view.put("title", workflow.title());
    view.put("description", workflow.description());
    view.put("source", source(workflow.name()));
    ObjectNode aliases = view.putObject("aliases");
    new TreeMap<>(stored.aliases(workflow.name())).forEach(aliases::put);
    ArrayNode inputs = view.putArray("inputs");
    workflow.inputNames().forEach(inputs::add);
    List<String> obstacles = verdicts.obstacles(workflow);
    view.put("runnable", obstacles.isEmpty());
    List<String> denials = verdicts.denials(workflow);
    if (!denials.isEmpty()) {
      ArrayNode denied = view.putArray("denied");
      denials.forEach(denied::add);
    }
    if (!obstacles.isEmpty()) {
      ArrayNode reasons = view.putArray("obstacles");
      obstacles.forEach(reasons::add);
    }
    List<PoolPlacement.Fit> fits = verdicts.fits(workflow);
    view.put("servers_fit", fits.stream().filter(fit -> fit.runs() && fit.isKnown()).count());
    view.put("servers_total", fits.size());
    view.put("url", "/webhook/" + encoded(workflow.name()));
    return view;
  }

  /** Why it cannot run at present; empty if it can. */
  List<String> obstacles(Workflow workflow) {
    return verdicts.obstacles(workflow);
  }

  /** The same with its inputs as JSON Schema, and a request to start from. */
  ObjectNode whole(Workflow workflow) {
    ObjectNode view = summary(workflow);
    view.set("input_schema", inputSchema(workflow));
    view.set("example_request", workflow.exampleRequest());
    addServers(view, workflow);
    return view;
  }

  /** The JSON Schema of its inputs, with what the servers declare of them. */
  ObjectNode inputSchema(Workflow workflow) {
    return workflow.inputSchema(backends.nodeClasses().all());
  }

  /** Adds which servers can run it, and what the others lack. */
  void addServers(ObjectNode view, Workflow workflow) {
    boolean isDenied = !verdicts.denials(workflow).isEmpty();
    ArrayNode servers = view.putArray("servers");
    for (PoolPlacement.Fit fit : verdicts.fits(workflow)) {
      ObjectNode server =
          servers
              .addObject()
              .put("name", fit.server())
              .put("status", backends.health().state(fit.server()).status())
              .put("runs", fit.runs());
      ArrayNode lacks = server.putArray("lacks");
      fit.lacks().stream().map(Lack::words).forEach(lacks::add);
      Readiness.add(server, workflow, fit, isDenied);
    }
  }

  /** A view that has nothing in it yet. */
  ObjectNode empty() {
    return json.createObjectNode();
  }

  /** Where the current version of a name comes from: {@code file} or {@code upload}. */
  String source(String name) {
    return library.isFile(name) ? "file" : "upload";
  }

  /** The entity tag of a version, which {@code If-Match} names. */
  static String tag(Workflow workflow) {
    return "\"" + workflow.version() + "\"";
  }

  /**
   * A name in a path. RFC 3986: letters beyond ASCII are percent-encoded, and the slashes of
   * folders stay.
   */
  static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("%2F", "/");
  }
}
