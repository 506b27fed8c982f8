package io.comfygateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.pool.Backends;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps that read the request of a door, and find the workflow that it means. */
public final class DoorRequests {
  private static final String MULTIPART = "multipart/form-data";
  private static final String LIST = "[]";

  private final Access access;
  private final RequestReader reader;
  private final WorkflowLibrary library;
  private final Backends backends;
  private final ObjectMapper json;
  private final Duration longestWait;

  /**
   * Makes the steps.
   *
   * @param longestWait how long a request to a door is held at most
   */
  public DoorRequests(
      Access access,
      WorkflowLibrary library,
      Backends backends,
      ObjectMapper json,
      Duration longestWait) {
    this.access = access;
    this.reader = new RequestReader(json);
    this.library = library;
    this.backends = backends;
    this.json = json;
    this.longestWait = longestWait;
  }

  /**
   * Finds out who calls, sets {@code caller}, and makes of the body, JSON or a form, a JSON object.
   * Several parts of a form that have one name, or a name that ends in {@code []}, become an array;
   * a file is {@code {"$part": …}}, as in {@link FormFile}. An empty body is an empty object.
   *
   * @param scopes as in {@link Access#require}
   * @throws Problem where the caller may not do this, or the body cannot be read
   */
  public void open(Exchange exchange, String scopes) {
    access.require(exchange, scopes);
    String type = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, "", String.class);
    ReceivedForm form = exchange.getProperty(GatewayHttpConsumer.FORM, ReceivedForm.class);
    boolean isForm = type.toLowerCase(Locale.ROOT).startsWith(MULTIPART);
    ObjectNode body = isForm ? ofForm(exchange, form) : reader.readJson(exchange);
    exchange.getMessage().setBody(body);
    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
    exchange.setProperty(SubmissionReader.LONGEST_WAIT, longestWait);
  }

  // Each file gets a name of its own, by which the request names it later.
  private ObjectNode ofForm(Exchange exchange, ReceivedForm form) {
    BodyShape.requireForm(form);
    Map<String, ArrayNode> values = new LinkedHashMap<>();
    form.fields().forEach((name, value) -> values(values, name).add(value));
    List<ReceivedForm.File> files = new ArrayList<>();
    for (ReceivedForm.File file : form.files()) {
      ReceivedForm.File named =
          new ReceivedForm.File(
              file.field() + "." + files.size(),
              file.filename(),
              file.contentType(),
              file.path(),
              file.bytes());
      files.add(named);
      values(values, file.field()).add(FormFile.json(named));
    }
    ObjectNode body = json.createObjectNode();
    values.forEach(
        (name, all) -> {
          boolean isList = name.endsWith(LIST);
          String key = isList ? name.substring(0, name.length() - LIST.length()) : name;
          JsonNode value = isList || all.size() > 1 ? all : all.get(0);
          body.set(key, value);
        });
    exchange.setProperty(GatewayHttpConsumer.FORM, new ReceivedForm(Map.of(), files));
    return body;
  }

  private ArrayNode values(Map<String, ArrayNode> values, String name) {
    return values.computeIfAbsent(name, key -> json.createArrayNode());
  }

  /**
   * Finds the workflow that a request means: the first of the names in the property {@code
   * workflows}, a JSON array, that is in the library. Sets {@code workflow}, and {@code
   * workflowInputs} to its inputs as the properties of a JSON Schema.
   *
   * @throws Problem where there is none, or the caller's key is not for it
   */
  public void workflow(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty("workflows") String workflows) {
    List<String> names = names(workflows);
    if (names.isEmpty()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/model",
          "model is missing, or no text; it is the name of a workflow.");
    }
    Workflow workflow =
        names.stream()
            .filter(this::isKnown)
            .findFirst()
            .map(name -> library.require(name, caller::mayRun))
            .orElseGet(() -> library.require(names.get(0), caller::mayRun));
    exchange.getMessage().setHeader("workflow", workflow.name());
    access.workflow(exchange, caller);
    exchange.setProperty(RequestContent.WORKFLOW, workflow.name());
    exchange.setProperty(
        "workflowInputs",
        workflow.inputSchema(backends.nodeClasses().all()).path("properties").toString());
  }

  private boolean isKnown(String name) {
    try {
      library.require(name, any -> true);
      return true;
    } catch (Problem unknown) {
      return false;
    }
  }

  private List<String> names(String workflows) {
    try {
      List<String> names = new ArrayList<>();
      for (JsonNode name : json.readTree(workflows == null ? "[]" : workflows)) {
        if (name.isTextual() && !name.asText().isBlank()) {
          names.add(name.asText());
        }
      }
      return names;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the property workflows is no JSON array", e);
    }
  }
}
