package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobStatus;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The entries of the queue and the history as ComfyUI writes them. Clients read them many times a
 * second, and an entry never changes, so they are cached as JSON in UTF-8; the least used are
 * evicted first.
 */
public final class PromptEntries {
  /** In bytes. */
  private static final long MOST_KEPT = 16_000_000;

  private static final int MOST_SIZES = 20_000;

  /** Keys of other services, which nodes need and which are never shown. */
  private static final Set<String> SECRETS = Set.of("api_key_comfy_org", "auth_token_comfy_org");

  private final ClientPrompts prompts;
  private final JobQueries queries;
  private final Map<Key, byte[]> kept = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Key, Integer> sizes =
      Caffeine.newBuilder().maximumSize(MOST_SIZES).<Key, Integer>build().asMap();
  private long size;

  /** An entry of the queue, or of the history. */
  private record Key(UUID job, boolean isHistory) {}

  public PromptEntries(ClientPrompts prompts, JobQueries queries) {
    this.prompts = prompts;
    this.queries = queries;
  }

  /**
   * The entry of a prompt in the queue: {@code [number, prompt_id, graph, extra_data, outputs]}.
   */
  Optional<byte[]> queued(ClientPrompt prompt) {
    return entry(new Key(prompt.job(), false), () -> prompts.entry(prompt.job()).map(this::tuple));
  }

  /**
   * The same without its graph, for the tail of a queue that would be too large with all graphs.
   */
  static byte[] withoutGraph(ClientPrompt prompt) {
    ArrayNode tuple = JsonNodeFactory.instance.arrayNode();
    number(tuple, prompt.number());
    tuple.add(prompt.promptId().toString());
    tuple.addObject();
    ObjectNode extra = tuple.addObject();
    prompt.clientId().ifPresent(client -> extra.put("client_id", client));
    extra.put("create_time", prompt.created().toEpochMilli());
    tuple.addArray();
    return bytes(tuple);
  }

  /** The entry of a prompt in the history, without its id; empty if its job has been removed. */
  Optional<byte[]> ended(ClientPrompt prompt) {
    return entry(
        new Key(prompt.job(), true),
        () ->
            queries
                .find(prompt.job())
                .flatMap(job -> prompts.entry(prompt.job()).map(entry -> history(entry, job))));
  }

  /** How many bytes the entry of a prompt in the history has; 0 if its job has been removed. */
  int endedSize(ClientPrompt prompt) {
    Integer known = sizes.get(new Key(prompt.job(), true));
    return known == null ? ended(prompt).map(entry -> entry.length).orElse(0) : known;
  }

  private interface Source {
    Optional<JsonNode> get();
  }

  private Optional<byte[]> entry(Key key, Source source) {
    synchronized (kept) {
      byte[] known = kept.get(key);
      if (known != null) {
        return Optional.of(known);
      }
    }
    Optional<byte[]> made = source.get().map(PromptEntries::bytes);
    made.ifPresent(bytes -> keep(key, bytes));
    return made;
  }

  private static byte[] bytes(JsonNode entry) {
    return entry.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void keep(Key key, byte[] entry) {
    sizes.put(key, entry.length);
    synchronized (kept) {
      if (entry.length > MOST_KEPT / 4 || kept.putIfAbsent(key, entry) != null) {
        return;
      }
      size += entry.length;
      Iterator<byte[]> oldest = kept.values().iterator();
      while (size > MOST_KEPT && oldest.hasNext()) {
        size -= oldest.next().length;
        oldest.remove();
      }
    }
  }

  private ObjectNode history(ClientPrompts.Entry entry, Job job) {
    ObjectNode history = JsonNodeFactory.instance.objectNode();
    history.set("prompt", tuple(entry));
    JsonNode outputs = outputs(entry);
    history.set("outputs", outputs);
    history.set("status", status(entry.prompt(), job));
    nodeErrors(entry, job).ifPresent(errors -> history.set("node_errors", errors));
    ObjectNode meta = history.putObject("meta");
    outputs
        .fieldNames()
        .forEachRemaining(
            node ->
                meta.putObject(node)
                    .put("node_id", node)
                    .put("display_node", node)
                    .putNull("parent_node")
                    .put("real_node_id", node));
    return history;
  }

  /**
   * What a server says of the nodes at fault: of a prompt that it refused, or of the outputs that
   * it left out of one that ran. ComfyUI answers {@code POST /prompt} with it.
   */
  static Optional<ObjectNode> nodeErrors(ClientPrompts.Entry entry, Job job) {
    return job.facts()
        .error()
        .flatMap(JobError::nodeErrors)
        .or(() -> Optional.of(entry.detail().nodeErrors()))
        .filter(errors -> !errors.isEmpty());
  }

  /** The outputs of a prompt that has ended, with the names under which the client finds files. */
  static JsonNode outputs(ClientPrompts.Entry entry) {
    return entry
        .outputs()
        .map(found -> ClientFiles.named(entry.prompt().job(), found))
        .orElseGet(JsonNodeFactory.instance::objectNode);
  }

  /** ComfyUI's {@code status} of a prompt that has ended. */
  static ObjectNode status(ClientPrompt prompt, Job job) {
    boolean succeeded = job.status() == JobStatus.SUCCEEDED;
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("status_str", succeeded ? "success" : "error");
    status.put("completed", succeeded);
    status.set("messages", PromptMessages.all(prompt.promptId(), job));
    return status;
  }

  private ArrayNode tuple(ClientPrompts.Entry entry) {
    ClientPrompt prompt = entry.prompt();
    JobDocument document = queries.document(prompt.job());
    ArrayNode tuple = JsonNodeFactory.instance.arrayNode();
    number(tuple, prompt.number());
    tuple.add(prompt.promptId().toString());
    tuple.add(graph(entry.detail(), document));
    tuple.add(extraData(prompt, document));
    ArrayNode outputs = tuple.addArray();
    entry.detail().outputs().forEach(outputs::add);
    return tuple;
  }

  // As the client sent it.
  private static ObjectNode graph(PromptDetail detail, JobDocument document) {
    ObjectNode graph = document.prompt();
    detail
        .inputs()
        .forEach(
            (node, inputs) ->
                inputs.forEach(
                    (input, text) -> {
                      if (graph.path(node).path("inputs") instanceof ObjectNode values) {
                        values.put(input, text);
                      }
                    }));
    return graph;
  }

  /** The graph and its extra data, as {@code /api/jobs/{id}} shows them. */
  ObjectNode workflow(ClientPrompts.Entry entry) {
    ClientPrompt prompt = entry.prompt();
    JobDocument document = queries.document(prompt.job());
    ObjectNode workflow = JsonNodeFactory.instance.objectNode();
    workflow.set("prompt", graph(entry.detail(), document));
    workflow.set("extra_data", extraData(prompt, document));
    return workflow;
  }

  private static ObjectNode extraData(ClientPrompt prompt, JobDocument document) {
    ObjectNode extra =
        document
            .extraData()
            .map(ObjectNode::deepCopy)
            .orElseGet(JsonNodeFactory.instance::objectNode);
    extra.remove(SECRETS);
    prompt.clientId().ifPresent(client -> extra.put("client_id", client));
    return extra.put("create_time", prompt.created().toEpochMilli());
  }

  /** A number in the form that clients expect: an integer if it is whole. */
  static void number(ArrayNode into, double number) {
    if (number == Math.rint(number) && Math.abs(number) < 1e15) {
      into.add((long) number);
    } else {
      into.add(number);
    }
  }
}
