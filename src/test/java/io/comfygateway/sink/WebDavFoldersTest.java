package io.comfygateway.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.comfygateway.TestJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Against a server that answers as RFC 4918 says: 201, 405 if it is there, 409 without a parent.
 */
class WebDavFoldersTest {
  private final Set<String> there = new ConcurrentSkipListSet<>(Set.of("/dav/"));
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> credentials = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private CloseableHttpClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        call -> {
          String path = call.getRequestURI().getRawPath();
          asked.add(call.getRequestMethod() + " " + path);
          credentials.add(String.valueOf(call.getRequestHeaders().getFirst("Authorization")));
          call.sendResponseHeaders(status(path), -1);
          call.close();
        });
    server.start();
    client = HttpClients.createDefault();
  }

  private int status(String path) {
    String parent = path.replaceAll("[^/]+/$", "");
    if (there.contains(path)) {
      return 405;
    }
    return there.contains(parent) && there.add(path) ? 201 : 409;
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.stop(0);
  }

  private void make(String path, String key) throws IOException {
    ObjectNode destination =
        TestJson.MAPPER
            .createObjectNode()
            .put("url", "http://127.0.0.1:" + server.getAddress().getPort() + path);
    new WebDavFolders(client).make(destination, key, "Basic abc");
  }

  @Test
  void missing_folders_are_made_from_the_outermost_on() throws IOException {
    make("/dav", "2026/a%20b/c/x.png");

    assertThat(there).contains("/dav/2026/", "/dav/2026/a%20b/", "/dav/2026/a%20b/c/");
    assertThat(credentials).containsOnly("Basic abc");
    asked.clear();
    make("/dav", "2026/a%20b/c/y.png");
    assertThat(asked).containsExactly("MKCOL /dav/2026/a%20b/c/");
  }

  @Test
  void a_key_without_folders_needs_none_and_a_query_is_no_part_of_one() throws IOException {
    make("/dav/", "x.png");
    assertThat(asked).isEmpty();

    make("/dav/{key}?share=1", "2026/x.png");
    assertThat(asked).containsExactly("MKCOL /dav/2026/");
  }

  @Test
  void a_server_that_refuses_is_asked_a_bounded_number_of_times() throws IOException {
    there.clear();

    make("/dav", "a/b/c/x.png");

    assertThat(asked).hasSize(6);
  }
}
