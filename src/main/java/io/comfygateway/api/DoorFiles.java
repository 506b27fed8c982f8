package io.comfygateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.http.StreamBody;
import io.comfygateway.http.TextWithFiles;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.OutputStore;
import io.comfygateway.output.StoredOutput;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.camel.Exchange;

/**
 * The step that puts outputs into JSON as base64. Each is read while it is sent, so that its size
 * does not matter to the memory.
 */
public final class DoorFiles {
  private static final String MARK = "$base64";
  private static final int OK = 200;
  private final OutputRows outputs;
  private final OutputStore files;
  private final ObjectMapper json;

  public DoorFiles(OutputRows outputs, OutputStore files, ObjectMapper json) {
    this.outputs = outputs;
    this.files = files;
    this.json = json;
  }

  /**
   * Answers 200 with the body, in which each {@code {"$base64": {"job": …, "index": …}}} is
   * replaced by the bytes of that output as a text of base64. Only the jobs of this request count.
   *
   * @throws Problem where there is no such output any more
   */
  public void embed(Exchange exchange) throws JsonProcessingException {
    Object body = exchange.getMessage().getBody();
    JsonNode root = body instanceof JsonNode node ? node : json.readTree(String.valueOf(body));
    Map<String, StreamBody> places = new LinkedHashMap<>();
    Deque<JsonNode> left = new ArrayDeque<>(List.of(root));
    while (!left.isEmpty()) {
      JsonNode node = left.pop();
      if (node instanceof ObjectNode object) {
        object
            .properties()
            .forEach(field -> field.setValue(marked(exchange, field.getValue(), places)));
      } else if (node instanceof ArrayNode array) {
        for (int i = 0; i < array.size(); i++) {
          array.set(i, marked(exchange, array.get(i), places));
        }
      }
      node.forEach(left::push);
    }
    Responses.send(exchange, OK, "application/json", content(root, places));
  }

  // A mark is a text that nobody can guess, so that it stands nowhere else.
  private JsonNode marked(Exchange exchange, JsonNode value, Map<String, StreamBody> places) {
    if (!value.path(MARK).isObject()) {
      return value;
    }
    String mark = UUID.randomUUID().toString();
    places.put(mark, file(exchange, value.path(MARK)));
    return TextNode.valueOf(mark);
  }

  private StreamBody file(Exchange exchange, JsonNode named) {
    Optional<Output> output =
        Ownership.id(named.path("job").asText(""))
            .filter(id -> DoorJobs.jobs(exchange).contains(id))
            .flatMap(id -> outputs.find(id, named.path("index").asInt(-1)))
            .filter(found -> found.expired().isEmpty());
    return output
        .map(found -> body(found.stored()))
        .orElseThrow(
            () ->
                new Problem(
                    ProblemType.OUTPUT_EXPIRED,
                    "An output of the job is not kept any more; run it again."));
  }

  private StreamBody body(StoredOutput stored) {
    StoredBytes bytes = files.bytes(stored);
    bytes.require();
    return new StreamBody(() -> bytes.open(0, stored.bytes()), stored.bytes());
  }

  // The order of the marks in the text is that in which they are found there.
  private Object content(JsonNode root, Map<String, StreamBody> places)
      throws JsonProcessingException {
    String text = json.writeValueAsString(root);
    if (places.isEmpty()) {
      return text;
    }
    Map<Integer, Map.Entry<String, StreamBody>> found = new TreeMap<>();
    places.entrySet().forEach(mark -> found.put(text.indexOf(mark.getKey()), mark));
    List<TextWithFiles.Part> parts = new ArrayList<>();
    int from = 0;
    for (Map.Entry<Integer, Map.Entry<String, StreamBody>> mark : found.entrySet()) {
      parts.add(
          new TextWithFiles.Part(
              text.substring(from, mark.getKey()), Optional.of(mark.getValue().getValue())));
      from = mark.getKey() + mark.getValue().getKey().length();
    }
    parts.add(new TextWithFiles.Part(text.substring(from), Optional.empty()));
    return new TextWithFiles(parts, TextWithFiles.Encoding.BASE64);
  }
}
