package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.config.FileFault;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.UnloadedWorkflow;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps that answer with workflows, the contract and its page. */
public final class PagesApi {
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
          + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  private static final String CONTRACT = "/openapi.json";
  private final WorkflowLibrary library;
  private final WorkflowView views;
  private final ObjectMapper json;
  private final Map<String, Asset> assets;
  private final ContractDocument contract;
  private final boolean shown;
  private final Supplier<String> baseUrl;
  private final WorkflowDocument document;
  private final Map<String, Buffer> read = new ConcurrentHashMap<>();

  /** A file of the docs page: where it is on the class path, and its media type. */
  public record Asset(String resource, String contentType) {}

  /**
   * Makes the steps.
   *
   * @param shown whether the contract and its page are served
   * @param baseUrl the URL of the gateway for callers
   */
  public PagesApi(
      WorkflowLibrary library,
      WorkflowView views,
      ObjectMapper json,
      Map<String, Asset> assets,
      ContractDocument contract,
      boolean shown,
      Supplier<String> baseUrl) {
    this.library = library;
    this.views = views;
    this.json = json;
    this.assets = assets;
    this.contract = contract;
    this.shown = shown;
    this.baseUrl = baseUrl;
    this.document = new WorkflowDocument(contract.shipped());
  }

  /** The workflows that the caller may run, by name. */
  public void workflows(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    ObjectNode body = json.createObjectNode();
    ArrayNode list = body.putArray("workflows");
    library.all().stream()
        .filter(workflow -> caller.mayRun(workflow.name()))
        .forEach(
            workflow -> {
              ObjectNode view = views.summary(workflow);
              if (caller.may(Scope.ADMIN)) {
                views.addServers(view, workflow);
              }
              list.add(view);
            });
    if (caller.may(Scope.ADMIN)) {
      ArrayNode faults = body.putArray("faults");
      library.faults().stream().map(FileFault::toString).forEach(faults::add);
    }
    if (caller.may(Scope.PUBLISH)) {
      addUnloaded(body.putArray("unloaded"), caller);
    }
    Responses.json(exchange, 200, body.toString());
  }

  private void addUnloaded(ArrayNode list, Caller caller) {
    for (UnloadedWorkflow workflow : library.unloaded()) {
      if (caller.mayRun(workflow.name())) {
        ArrayNode faults = list.addObject().put("name", workflow.name()).putArray("faults");
        workflow.faults().forEach(fault -> FaultView.fill(faults.addObject(), fault));
      }
    }
  }

  /**
   * One workflow, with its inputs as JSON Schema and an example request.
   *
   * @throws Problem where there is none of that name
   */
  public void workflow(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    String ref = exchange.getMessage().getHeader("name", String.class);
    Workflow workflow = library.require(ref, caller::mayRun);
    Responses.json(exchange, 200, views.whole(workflow).toString());
    exchange.getMessage().setHeader("ETag", WorkflowView.tag(workflow));
  }

  /**
   * The OpenAPI document of one workflow.
   *
   * @throws Problem where there is none of that name
   */
  public void workflowOpenApi(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    String ref = exchange.getMessage().getHeader("name", String.class);
    Workflow workflow = library.require(ref, caller::mayRun);
    ObjectNode body =
        document.of(
            workflow, ref, views.inputSchema(workflow), views.obstacles(workflow), baseUrl.get());
    Responses.json(exchange, 200, body.toString());
    exchange.getMessage().setHeader("ETag", WorkflowView.tag(workflow));
  }

  /** The contract. */
  public void openApi(Exchange exchange) {
    requireShown();
    Buffer bytes =
        read.computeIfAbsent(CONTRACT, path -> Buffer.buffer(contract.withDoors().toString()));
    Responses.send(exchange, 200, "application/json", bytes);
  }

  /** The page that shows the contract. */
  public void docs(Exchange exchange) {
    resource(exchange, new Asset("/static/docs.html", "text/html; charset=utf-8"));
    exchange.getMessage().setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  }

  /**
   * A file of that page.
   *
   * @throws Problem where it has no such file
   */
  public void asset(Exchange exchange) {
    String name = exchange.getMessage().getHeader("asset", String.class);
    Asset asset = assets.get(name);
    if (asset == null) {
      throw new Problem(ProblemType.NOT_FOUND, "The docs page has no file of this name.");
    }
    resource(exchange, asset);
    exchange.getMessage().setHeader("Cache-Control", "public, max-age=3600");
  }

  private void requireShown() {
    if (!shown) {
      throw new Problem(
          ProblemType.NOT_FOUND, "The contract and its page are switched off (GATEWAY_DOCS).");
    }
  }

  private void resource(Exchange exchange, Asset asset) {
    requireShown();
    Buffer bytes = read.computeIfAbsent(asset.resource(), PagesApi::read);
    Responses.send(exchange, 200, asset.contentType(), bytes);
  }

  private static Buffer read(String resource) {
    try (InputStream in = PagesApi.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new UncheckedIOException(new IOException("not on the class path: " + resource));
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
