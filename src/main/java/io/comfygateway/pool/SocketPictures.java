package io.comfygateway.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.job.StoreState;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pictures that a node sends over the WebSocket and leaves nowhere else, as ComfyUI's own
 * SaveImageWebsocket does. They are kept beside the job's input files until they are collected, and
 * are removed with these.
 */
public final class SocketPictures {
  /** What a client says first, so that ComfyUI names the node and the prompt of each picture. */
  static final String FEATURES =
      "{\"type\":\"feature_flags\",\"data\":{\"supports_preview_metadata\":true}}";

  private static final Logger LOG = LoggerFactory.getLogger(SocketPictures.class);
  private static final String PREFIX = "socket-";
  private static final int MOST = 10_000;
  private static final int MOST_JOBS = 10_000;

  // ComfyUI's binary frames, all numbers big-endian: a type; type 1 is a picture (then 1 for JPEG,
  // 2 for PNG), type 4 one with metadata (then the length of its JSON, and that).
  private static final int PICTURE = 1;
  private static final int PICTURE_WITH_METADATA = 4;
  private static final int PNG = 2;
  private static final int NUMBER = 4;
  // The eight bytes that each PNG begins with (ISO/IEC 15948, section 5.2).
  private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int LONGEST_METADATA = 65_536;

  private final Path folder;
  private final StoreState state;
  private final Set<String> classes;
  private final ObjectMapper json;
  // Of a job that another gateway took over nobody tells here that it has ended.
  private final Map<UUID, Expected> expected =
      Caffeine.newBuilder().maximumSize(MOST_JOBS).<UUID, Expected>build().asMap();

  /**
   * What a running prompt is to send.
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
   * @param file where it lies
   */
  public record Received(String node, Path file) {}

  /** Where a picture belongs. */
  record Sender(UUID job, String node) {}

  /**
   * Makes the folder's keeper.
   *
   * @param folder that of the jobs' input files
   * @param classes the node classes that send their pictures over the WebSocket alone
   */
  public SocketPictures(Path folder, StoreState state, List<String> classes, ObjectMapper json) {
    this.folder = folder;
    this.state = state;
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

  /** A prompt is about to be sent: what an earlier run of it gave is removed. */
  public void begin(UUID job, JsonNode graph) throws IOException {
    expected.remove(job);
    follow(job, graph);
    if (!senders(graph).isEmpty()) {
      for (Received old : received(job)) {
        Files.deleteIfExists(old.file());
      }
    }
  }

  /** A prompt is on a server. */
  public void follow(UUID job, JsonNode graph) {
    expected.putIfAbsent(
        job, new Expected(senders(graph), new AtomicInteger(), new CountDownLatch(1)));
  }

  /** The job has ended. */
  public void forget(UUID job) {
    expected.remove(job);
  }

  /**
   * The nodes of which a job has pictures.
   *
   * @param graph the job's graph, which is read only where this process did not see it run
   */
  public Set<String> expected(UUID job, Supplier<JsonNode> graph) {
    Expected wanted = expected.get(job);
    return wanted != null ? wanted.nodes() : senders(graph.get());
  }

  /** The pictures of a job that are here, in the order in which they came. */
  public List<Received> received(UUID job) throws IOException {
    Path place = folder.resolve(job.toString());
    if (!Files.isDirectory(place)) {
      return List.of();
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(place)) {
      files =
          all.filter(file -> name(file).startsWith(PREFIX) && name(file).endsWith(".png"))
              .sorted(Comparator.comparing(SocketPictures::name))
              .toList();
    }
    List<Received> received = new ArrayList<>();
    for (Path file : files) {
      String name = name(file);
      int node = name.indexOf('-', PREFIX.length()) + 1;
      received.add(
          new Received(
              URLDecoder.decode(
                  name.substring(node, name.length() - ".png".length()), StandardCharsets.UTF_8),
              file));
    }
    return received;
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  /**
   * Waits until the socket has told that the prompt ended. Its pictures come before that, but the
   * history can be read a moment earlier.
   */
  public void awaitEnd(UUID job, Duration atMost) throws InterruptedException {
    Expected wanted = expected.get(job);
    if (wanted != null && !wanted.ended().await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.debug("no socket told of the end job={}", job);
    }
  }

  /** What one connection hears. Its methods are called one after the other. */
  Listener listen() {
    return new Listener();
  }

  /** The state of one connection: which node of which prompt runs. */
  final class Listener {
    private Optional<Sender> running = Optional.empty();

    /** Takes a text frame; all but the one that says which node runs is ignored. */
    void text(String frame) {
      if (expected.isEmpty() || !frame.contains("\"executing\"")) {
        return;
      }
      try {
        JsonNode message = SocketFrame.read(frame);
        JsonNode data = message.path("data");
        Optional<UUID> job = id(data.path("prompt_id").asText());
        if (!message.path("type").asText().equals("executing") || job.isEmpty()) {
          return;
        }
        running =
            data.path("node").isTextual()
                ? Optional.of(new Sender(job.get(), data.path("node").asText()))
                : Optional.empty();
        Expected wanted = expected.get(job.get());
        if (running.isEmpty() && wanted != null) {
          wanted.ended().countDown();
        }
      } catch (IOException notJson) {
        LOG.debug("a text frame is no JSON", notJson);
      }
    }

    /** Who sent a binary frame, where it is a picture that is to be kept. */
    Optional<Picture> picture(Buffer frame) {
      if (expected.isEmpty() || frame.length() < 2 * NUMBER) {
        return Optional.empty();
      }
      int second = frame.getInt(NUMBER);
      if (frame.getInt(0) == PICTURE && second == PNG) {
        return running.flatMap(sender -> kept(sender, frame, 2 * NUMBER));
      }
      if (frame.getInt(0) == PICTURE_WITH_METADATA
          && second > 0
          && second <= LONGEST_METADATA
          && frame.length() > 2 * NUMBER + second) {
        return sender(frame.getBytes(2 * NUMBER, 2 * NUMBER + second))
            .flatMap(sender -> kept(sender, frame, 2 * NUMBER + second));
      }
      return Optional.empty();
    }

    private Optional<Sender> sender(byte[] metadata) {
      try {
        JsonNode told = json.readTree(metadata);
        return told.path("image_type").asText().equals("image/png")
            ? id(told.path("prompt_id").asText())
                .map(job -> new Sender(job, told.path("node_id").asText()))
            : Optional.empty();
      } catch (IOException notJson) {
        return Optional.empty();
      }
    }

    // What a proxy or a node pack sends in its place is no picture, and that one counts as missing.
    private static boolean isPng(Buffer frame, int from) {
      return frame.length() >= from + Long.BYTES && frame.getLong(from) == PNG_SIGNATURE;
    }

    private Optional<Picture> kept(Sender sender, Buffer frame, int from) {
      Expected wanted = expected.get(sender.job());
      if (wanted == null || !wanted.nodes().contains(sender.node()) || !isPng(frame, from)) {
        return Optional.empty();
      }
      int number = wanted.number().incrementAndGet();
      return number > MOST
          ? Optional.empty()
          : Optional.of(new Picture(sender, number, frame, from));
    }
  }

  /**
   * A picture to be kept.
   *
   * @param frame holds it, from a byte on to its end
   */
  record Picture(Sender sender, int number, Buffer frame, int from) {}

  /** Keeps a picture. A failure is logged: the picture is missing then when it is collected. */
  void keep(Picture picture) {
    Path place = folder.resolve(picture.sender().job().toString());
    String name =
        PREFIX
            + "%05d-".formatted(picture.number())
            + URLEncoder.encode(picture.sender().node(), StandardCharsets.UTF_8)
            + ".png";
    try {
      state.require();
      Files.createDirectories(place);
      Path aside = place.resolve(name + ".part");
      Files.write(aside, picture.frame().getBytes(picture.from(), picture.frame().length()));
      Files.move(aside, place.resolve(name));
    } catch (IOException e) {
      LOG.warn(
          "picture from a socket not kept job={} node={} reason={}",
          picture.sender().job(),
          picture.sender().node(),
          e.toString());
    }
  }

  private static Optional<UUID> id(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }
}
