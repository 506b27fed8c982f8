package io.comfygateway.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.files.JobFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pictures that a node sends over the WebSocket and saves nowhere, as ComfyUI's own
 * SaveImageWebsocket does. They are stored beside the job's input files until they are collected,
 * and are removed with these.
 */
public final class SocketPictures {
  /** What a client sends first, so that ComfyUI names the node and the prompt of each picture. */
  static final String FEATURES =
      "{\"type\":\"feature_flags\",\"data\":{\"supports_preview_metadata\":true}}";

  private static final Logger LOG = LoggerFactory.getLogger(SocketPictures.class);
  private static final String PREFIX = "socket-";
  private static final String SUFFIX = ".png";
  private static final int MAX_PICTURES = 10_000;
  private static final int MAX_JOBS = 10_000;

  private final JobFiles files;
  private final Set<String> classes;
  private final ObjectMapper json;
  // Bounded, since the end of a job that another gateway took over is not reported here.
  private final Map<UUID, Expected> expected =
      Caffeine.newBuilder().maximumSize(MAX_JOBS).<UUID, Expected>build().asMap();

  /**
   * What a running prompt sends.
   *
   * @param nodes the nodes that send pictures
   * @param number of the pictures so far
   * @param ended counted down when no more come
   */
  private record Expected(Set<String> nodes, AtomicInteger number, CountDownLatch ended) {}

  /**
   * A picture that was received.
   *
   * @param node the node that sent it
   * @param name its name among the files of the job
   */
  public record Received(String node, String name) {}

  /**
   * Makes the store.
   *
   * @param files the files of jobs
   * @param classes the node classes that send their pictures over the WebSocket alone
   */
  public SocketPictures(JobFiles files, List<String> classes, ObjectMapper json) {
    this.files = files;
    this.classes = Set.copyOf(classes);
    this.json = json;
  }

  /** The nodes of a graph that send their pictures over the WebSocket alone. */
  public Set<String> senders(JsonNode graph) {
    Set<String> nodes = new HashSet<>();
    graph
        .properties()
        .forEach(
            node -> {
              if (classes.contains(node.getValue().path("class_type").asText())) {
                nodes.add(node.getKey());
              }
            });
    return nodes;
  }

  /** Expects the pictures of a prompt that is about to be sent; removes those of an earlier run. */
  public void begin(UUID job, JsonNode graph) throws IOException {
    expected.remove(job);
    follow(job, graph);
    if (!senders(graph).isEmpty()) {
      for (Received old : received(job)) {
        files.delete(job, old.name());
      }
    }
  }

  /** Expects the pictures of a prompt that is on a server. */
  public void follow(UUID job, JsonNode graph) {
    expected.putIfAbsent(
        job, new Expected(senders(graph), new AtomicInteger(), new CountDownLatch(1)));
  }

  /** Expects no more pictures of a job, which has ended. */
  public void forget(UUID job) {
    expected.remove(job);
  }

  /**
   * The nodes of a job that send pictures.
   *
   * @param graph the job's graph, which is read only where this process did not see it run
   */
  public Set<String> expected(UUID job, Supplier<JsonNode> graph) {
    Expected running = expected.get(job);
    return running != null ? running.nodes() : senders(graph.get());
  }

  /** The stored pictures of a job, in the order in which they came. */
  public List<Received> received(UUID job) throws IOException {
    List<Received> received = new ArrayList<>();
    for (String name : files.names(job)) {
      if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) {
        int node = name.indexOf('-', PREFIX.length()) + 1;
        received.add(
            new Received(
                URLDecoder.decode(
                    name.substring(node, name.length() - SUFFIX.length()), StandardCharsets.UTF_8),
                name));
      }
    }
    return received;
  }

  /** Reads a stored picture; the caller closes the stream. */
  public InputStream open(UUID job, String name) throws IOException {
    return files.open(job, name);
  }

  /**
   * Waits until the socket has reported that the prompt ended. Its pictures come before that, but
   * the history can be read a moment earlier.
   */
  public void awaitEnd(UUID job, Duration atMost) throws InterruptedException {
    Expected running = expected.get(job);
    if (running != null && !running.ended().await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.debug("no socket reported the end job={}", job);
    }
  }

  /** A reader of the frames of a new connection. */
  PictureFrames frames() {
    return new PictureFrames(this, json);
  }

  /** Whether no prompt runs here. */
  boolean expectsNone() {
    return expected.isEmpty();
  }

  /** Records that the socket has reported the end of a prompt. */
  void ended(UUID job) {
    Expected running = expected.get(job);
    if (running != null) {
      running.ended().countDown();
    }
  }

  /** The number of the next picture of a node; empty where it is not to be kept. */
  Optional<Integer> next(UUID job, String node) {
    Expected running = expected.get(job);
    return running == null || !running.nodes().contains(node)
        ? Optional.empty()
        : Optional.of(running.number().incrementAndGet()).filter(number -> number <= MAX_PICTURES);
  }

  /** Stores a picture. A failure is logged; the picture is then missing when it is collected. */
  void keep(PictureFrames.Picture picture) {
    String name =
        PREFIX
            + "%05d-".formatted(picture.number())
            + URLEncoder.encode(picture.sender().node(), StandardCharsets.UTF_8)
            + SUFFIX;
    try (JobFiles.Draft draft = files.draft(picture.sender().job(), name)) {
      Files.write(draft.path(), picture.bytes());
      draft.publish("image/png");
    } catch (IOException e) {
      LOG.warn(
          "picture from a socket not kept job={} node={} reason={}",
          picture.sender().job(),
          picture.sender().node(),
          e.toString());
    }
  }
}
