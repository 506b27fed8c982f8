package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.problem.ProblemType;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OpenApiDocumentTest {
  private static final Map<String, String> OPERATIONS =
      Map.ofEntries(
          Map.entry("submitWorkflow", "POST /webhook/{workflow}"),
          Map.entry("submitGraph", "POST /webhook"),
          Map.entry("submitBatch", "POST /batches"),
          Map.entry("getBatch", "GET /batches/{id}"),
          Map.entry("cancelBatch", "DELETE /batches/{id}"),
          Map.entry("redeliverBatch", "POST /batches/{id}/redeliver"),
          Map.entry("getJob", "GET /jobs/{id}"),
          Map.entry("listJobs", "GET /jobs"),
          Map.entry("cancelJob", "DELETE /jobs/{id}"),
          Map.entry("getOutput", "GET /jobs/{id}/outputs/{index}"),
          Map.entry("redeliverJob", "POST /jobs/{id}/redeliver"),
          Map.entry("streamEvents", "GET /events"),
          Map.entry("createTicket", "POST /events/tickets"),
          Map.entry("streamJobEvents", "GET /jobs/{id}/events"),
          Map.entry("countJobs", "GET /jobs/counts"),
          Map.entry("cancelJobs", "POST /jobs/cancel"),
          Map.entry("listDeliveries", "GET /deliveries"),
          Map.entry("getDelivery", "GET /deliveries/{id}"),
          Map.entry("redeliver", "POST /deliveries/redeliver"),
          Map.entry("getPreview", "GET /jobs/{id}/preview"),
          Map.entry("getJobInputs", "GET /jobs/{id}/inputs"),
          Map.entry("getOutputs", "GET /jobs/{id}/outputs.zip"),
          Map.entry("retryJob", "POST /jobs/{id}/retry"),
          Map.entry("createUpload", "POST /uploads"),
          Map.entry("listUploads", "GET /uploads"),
          Map.entry("getUpload", "GET /uploads/{id}"),
          Map.entry("deleteUpload", "DELETE /uploads/{id}"),
          Map.entry("drainBackend", "POST /backends/{server}/drain"),
          Map.entry("resumeBackend", "POST /backends/{server}/resume"),
          Map.entry("getNumbers", "GET /numbers"),
          Map.entry("countDeliveries", "GET /deliveries/counts"),
          Map.entry("getHealth", "GET /health"),
          Map.entry("listDestinations", "GET /destinations"),
          Map.entry("testDestination", "POST /destinations/{name}/test"),
          Map.entry("testCallback", "POST /callbacks/test"),
          Map.entry("listWorkflows", "GET /workflows"),
          Map.entry("createWorkflow", "POST /workflows"),
          Map.entry("putWorkflow", "PUT /workflows/{name}"),
          Map.entry("removeWorkflow", "DELETE /workflows/{name}"),
          Map.entry("listWorkflowVersions", "GET /workflows/{name}/versions"),
          Map.entry("restoreWorkflowVersion", "POST /workflows/{name}/versions"),
          Map.entry("getWorkflowVersion", "GET /workflows/{name}/versions/{version}"),
          Map.entry("diffWorkflow", "GET /workflows/{name}/diff"),
          Map.entry("listWorkflowAliases", "GET /workflows/{name}/aliases"),
          Map.entry("setWorkflowAlias", "PUT /workflows/{name}/aliases/{alias}"),
          Map.entry("removeWorkflowAlias", "DELETE /workflows/{name}/aliases/{alias}"),
          Map.entry("getWorkflowOpenApi", "GET /workflows/{name}/openapi.json"),
          Map.entry("getWorkflow", "GET /workflows/{name}"),
          Map.entry("listKeys", "GET /keys"),
          Map.entry("getSession", "GET /session"),
          Map.entry("createSession", "POST /session"),
          Map.entry("endSession", "DELETE /session"),
          Map.entry("listSessions", "GET /sessions"),
          Map.entry("endSessionById", "DELETE /sessions/{id}"),
          Map.entry("createKey", "POST /keys"),
          Map.entry("revokeKey", "DELETE /keys/{name}"),
          Map.entry("rotateKey", "POST /keys/{name}/rotate"),
          Map.entry("listBackends", "GET /backends"),
          Map.entry("makeSnapshot", "POST /snapshot"),
          Map.entry("comfyuiQueueInfo", "GET /prompt"),
          Map.entry("comfyuiPrompt", "POST /prompt"),
          Map.entry("comfyuiQueue", "GET /queue"),
          Map.entry("comfyuiChangeQueue", "POST /queue"),
          Map.entry("comfyuiInterrupt", "POST /interrupt"),
          Map.entry("comfyuiHistory", "GET /history"),
          Map.entry("comfyuiChangeHistory", "POST /history"),
          Map.entry("comfyuiHistoryOf", "GET /history/{prompt_id}"),
          Map.entry("comfyuiView", "GET /view"),
          Map.entry("comfyuiUploadImage", "POST /upload/image"),
          Map.entry("comfyuiUploadMask", "POST /upload/mask"),
          Map.entry("comfyuiObjectInfo", "GET /object_info"),
          Map.entry("comfyuiObjectInfoOf", "GET /object_info/{class}"),
          Map.entry("comfyuiSystemStats", "GET /system_stats"),
          Map.entry("comfyuiFeatures", "GET /features"),
          Map.entry("comfyuiEmbeddings", "GET /embeddings"),
          Map.entry("comfyuiModels", "GET /models"),
          Map.entry("comfyuiModelsOf", "GET /models/{folder}"),
          Map.entry("comfyuiNodeReplacements", "GET /node_replacements"),
          Map.entry("comfyuiExtensions", "GET /extensions"),
          Map.entry("comfyuiFree", "POST /free"),
          Map.entry("comfyuiJobs", "GET /api/jobs"),
          Map.entry("comfyuiJob", "GET /api/jobs/{id}"),
          Map.entry("comfyuiCancelJob", "POST /api/jobs/{id}/cancel"),
          Map.entry("comfyuiCancelJobs", "POST /api/jobs/cancel"),
          Map.entry("healthLive", "GET /health/live"),
          Map.entry("healthReady", "GET /health/ready"),
          Map.entry("getMetrics", "GET /metrics"),
          Map.entry("getOpenApi", "GET /openapi.json"),
          Map.entry("getDocs", "GET /docs"),
          Map.entry("getDocsAsset", "GET /docs/{asset}"));

  // Monitors read one form, whichever its status.
  private static final String READY_503 = "GET /health/ready 503";

  private static final Set<String> OPEN =
      Set.of(
          "createSession",
          "endSession",
          "healthLive",
          "healthReady",
          "getOpenApi",
          "getDocs",
          "getDocsAsset");

  @Test
  void the_document_parses_without_a_message_also_when_every_reference_is_resolved()
      throws IOException {
    for (boolean fully : new boolean[] {false, true}) {
      SwaggerParseResult result = parse(fully);

      assertThat(result.getMessages()).isNullOrEmpty();
      assertThat(result.getOpenAPI().getOpenapi()).isEqualTo("3.0.3");
    }
  }

  @Test
  void each_operation_has_the_id_that_its_route_is_bound_to() throws IOException {
    Map<String, String> found = new TreeMap<>();
    operations().forEach((request, operation) -> found.put(operation.getOperationId(), request));

    assertThat(found).isEqualTo(new TreeMap<>(OPERATIONS));
  }

  @Test
  void each_operation_says_what_it_does_and_answers_errors_with_problem_details()
      throws IOException {
    operations()
        .forEach(
            (request, operation) -> {
              assertThat(operation.getSummary()).as(request).isNotBlank();
              assertThat(operation.getDescription()).as(request).isNotBlank();
              assertThat(operation.getResponses()).as(request).containsKey("default");
              operation
                  .getResponses()
                  .forEach(
                      (status, response) -> {
                        if (status.startsWith("4")
                            || status.startsWith("5")
                            || "default".equals(status)) {
                          assertThat(response.getContent())
                              .as(request + " " + status)
                              .containsOnlyKeys(
                                  READY_503.equals(request + " " + status)
                                          || operation.getTags().contains("ComfyUI")
                                      ? "application/json"
                                      : "application/problem+json");
                        }
                      });
            });
  }

  @Test
  void only_health_documentation_and_signing_in_work_without_a_key() throws IOException {
    operations()
        .forEach(
            (request, operation) -> {
              if (OPEN.contains(operation.getOperationId())) {
                assertThat(operation.getSecurity()).as(request).isEmpty();
              } else {
                assertThat(operation.getResponses()).as(request).containsKey("401");
              }
            });
  }

  @Test
  void the_link_to_an_output_works_with_a_key_or_with_a_signature() throws IOException {
    Operation output = operations().get("GET /jobs/{id}/outputs/{index}");

    assertThat(output.getSecurity())
        .extracting(requirement -> requirement.keySet().toString())
        .containsExactly("[apiKey]", "[bearer]", "[basic]", "[]");
    assertThat(output.getParameters())
        .extracting(parameter -> parameter.getName())
        .contains("expires", "signature", "Range", "If-None-Match");
  }

  @Test
  void both_ways_to_submit_describe_the_callback() throws IOException {
    operations()
        .forEach(
            (request, operation) -> {
              if (request.startsWith("POST /webhook")) {
                assertThat(operation.getCallbacks()).as(request).containsKey("job");
                assertThat(operation.getRequestBody().getContent())
                    .as(request)
                    .containsKeys("application/json", "multipart/form-data");
              }
            });
  }

  @Test
  void every_reference_leads_somewhere_and_every_component_is_used() throws IOException {
    JsonNode document = new ObjectMapper().readTree(text());
    Set<String> references =
        document.findValuesAsText("$ref").stream()
            .map(reference -> reference.substring(1))
            .collect(Collectors.toSet());

    assertThat(references).allSatisfy(at -> assertThat(document.at(at).isMissingNode()).isFalse());
    document
        .get("components")
        .properties()
        .forEach(
            kind -> {
              if (!"securitySchemes".equals(kind.getKey())) {
                kind.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        name ->
                            assertThat(references)
                                .contains("/components/" + kind.getKey() + "/" + name));
              }
            });
  }

  /** Generators call such an object JobNodesInner or RemoveWorkflow200Response. */
  @Test
  void an_object_that_a_client_needs_a_type_for_is_a_schema_with_a_name() throws IOException {
    JsonNode document = new ObjectMapper().readTree(text());
    List<JsonNode> places = new ArrayList<>();
    document.findParents("items").forEach(parent -> places.add(parent.path("items")));
    document
        .findParents("additionalProperties")
        .forEach(parent -> places.add(parent.path("additionalProperties")));
    document
        .path("paths")
        .findValues("content")
        .forEach(content -> content.forEach(type -> places.add(type.path("schema"))));

    assertThat(places).hasSizeGreaterThan(100);
    assertThat(places).noneMatch(schema -> schema.has("properties") || schema.has("oneOf"));
  }

  @Test
  void each_example_of_a_problem_is_one_that_the_gateway_has() throws IOException {
    JsonNode document = new ObjectMapper().readTree(text());
    Map<String, ProblemType> types =
        Arrays.stream(ProblemType.values())
            .collect(Collectors.toMap(ProblemType::slug, type -> type));

    document
        .findValues("application/problem+json")
        .forEach(
            content ->
                content
                    .path("examples")
                    .forEach(
                        example -> {
                          JsonNode problem = example.get("value");
                          String slug = problem.get("type").asText().replaceFirst(".*/", "");
                          assertThat(types).containsKey(slug);
                          assertThat(problem.get("status").asInt())
                              .isEqualTo(types.get(slug).status());
                          assertThat(problem.get("title").asText())
                              .isEqualTo(types.get(slug).title());
                        }));
  }

  private static Map<String, Operation> operations() throws IOException {
    OpenAPI document = parse(true).getOpenAPI();
    Map<String, Operation> operations = new LinkedHashMap<>();
    document
        .getPaths()
        .forEach(
            (path, item) -> {
              Map<HttpMethod, Operation> byMethod = item.readOperationsMap();
              byMethod.forEach(
                  (method, operation) -> operations.put(method + " " + path, operation));
            });
    operations.values().forEach(operation -> resolveResponses(document, operation));
    return operations;
  }

  // The parser puts schemas in the place of their references, but leaves those to responses.
  private static void resolveResponses(OpenAPI document, Operation operation) {
    operation
        .getResponses()
        .replaceAll(
            (status, response) -> {
              String reference = response.get$ref();
              return reference == null ? response : component(document, reference);
            });
  }

  private static ApiResponse component(OpenAPI document, String reference) {
    String name = reference.substring(reference.lastIndexOf('/') + 1);
    return document.getComponents().getResponses().get(name);
  }

  private static SwaggerParseResult parse(boolean fully) throws IOException {
    ParseOptions options = new ParseOptions();
    options.setResolve(true);
    options.setResolveFully(fully);
    return new OpenAPIV3Parser().readContents(text(), null, options);
  }

  private static String text() throws IOException {
    try (InputStream in = OpenApiDocumentTest.class.getResourceAsStream("/openapi.json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
