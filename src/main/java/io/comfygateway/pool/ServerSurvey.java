package io.comfygateway.pool;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.egress.HostAlias;
import io.comfygateway.workflow.NodeReplacements;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;

/** Reads the node classes of every server once, where no routes run to do so. */
public final class ServerSurvey {
  private static final int AT_A_TIME = 16;
  private static final int OK = 200;

  private final Backends backends;
  private final BackendConnections connections;
  private final NodeClassReader reader;

  public ServerSurvey(Backends backends, BackendConnections connections, ObjectMapper json) {
    this.backends = backends;
    this.connections = connections;
    this.reader = new NodeClassReader(json);
  }

  /**
   * Reads from all servers at once.
   *
   * @param limit how long it may take
   * @return the names of the servers whose node classes could not be read
   */
  public List<String> ask(Duration limit) {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            AT_A_TIME,
            task -> {
              Thread thread = new Thread(task, "survey");
              thread.setDaemon(true);
              return thread;
            });
    try (CloseableHttpClient client = connections.client()) {
      Map<String, Future<Boolean>> answers = new LinkedHashMap<>();
      for (Backend backend : backends.configured()) {
        answers.put(backend.name(), threads.submit(() -> read(client, backend)));
      }
      long end = System.nanoTime() + limit.toNanos();
      List<String> silent = new ArrayList<>();
      for (Map.Entry<String, Future<Boolean>> answer : answers.entrySet()) {
        if (!wasRead(answer.getValue(), end - System.nanoTime())) {
          silent.add(answer.getKey());
        }
      }
      return silent;
    } catch (IOException e) {
      throw new IllegalStateException("a client that shares its connections closes nothing", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static boolean wasRead(Future<Boolean> answer, long nanos) {
    try {
      return answer.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException silent) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean read(CloseableHttpClient client, Backend backend) throws IOException {
    // First the one that each server has: one that is away is waited for once.
    boolean isRead =
        get(
            client,
            backend,
            "/object_info",
            answer -> backends.nodeClasses().objectInfo(backend.name(), reader.read(answer)));
    // Older servers have no list of replacements.
    get(client, backend, "/node_replacements", answer -> replacements(backend, answer));
    return isRead;
  }

  private void replacements(Backend backend, InputStream answer) throws IOException {
    try (JsonParser parser = BoundedJson.parser(answer)) {
      parser.nextToken();
      backends
          .nodeClasses()
          .nodeReplacements(backend.name(), NodeReplacements.read(BoundedJson.tree(parser)));
    }
  }

  /** Reads an answer. */
  private interface Reading {
    void read(InputStream answer) throws IOException;
  }

  private static boolean get(
      CloseableHttpClient client, Backend backend, String path, Reading reading)
      throws IOException {
    return client.execute(
        new HttpGet(HostAlias.of(backend.url() + path)),
        response -> {
          boolean isThere = response.getCode() == OK && response.getEntity() != null;
          if (isThere) {
            reading.read(response.getEntity().getContent());
          }
          return isThere;
        });
  }
}
