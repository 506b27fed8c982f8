package io.comfygateway.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.comfygateway.cli.Gateway;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SimulateCommandTest {
  private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");

  @Test
  void it_says_its_url_in_one_line_and_serves_until_it_is_interrupted() throws Exception {
    assertThat(answerTo("/models/checkpoints")).contains("v1-5-pruned-emaonly-fp16.safetensors");
  }

  @Test
  void without_models_the_folders_are_there_and_empty() throws Exception {
    assertThat(answerTo("/models/checkpoints", "--no-models")).isEqualTo("[]");
  }

  @Test
  void it_is_the_version_that_was_asked_for() throws Exception {
    assertThat(answerTo("/system_stats", "--version=0.33")).contains("\"0.33.0\"");
    assertThat(answerTo("/system_stats")).contains("\"0.3.64\"");
  }

  @Test
  void a_version_that_it_is_not_is_refused_with_those_that_it_is() {
    StringWriter err = new StringWriter();

    int status =
        Gateway.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute("simulate", "--version=0.4");

    assertThat(status).isEqualTo(2);
    assertThat(err.toString()).contains("'0.4' is not one of 0.3.64, 0.33");
  }

  @Test
  void a_port_that_is_taken_is_said_in_one_line() throws Exception {
    StringWriter err = new StringWriter();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int status =
          Gateway.commandLine()
              .setErr(new PrintWriter(err, true))
              .execute("simulate", "--port=" + taken.getLocalPort());

      assertThat(status).isEqualTo(1);
      assertThat(err.toString().lines()).hasSize(1);
      assertThat(err.toString()).contains(":" + taken.getLocalPort(), "--port");
    }
  }

  private static String answerTo(String path, String... options) throws Exception {
    StringWriter out = new StringWriter();
    CommandLine command = new CommandLine(new SimulateCommand()).setOut(new PrintWriter(out, true));
    String[] arguments = new String[options.length + 1];
    arguments[0] = "--port=0";
    System.arraycopy(options, 0, arguments, 1, options.length);
    FutureTask<Integer> status = new FutureTask<>(() -> command.execute(arguments));
    Thread thread = new Thread(status);
    thread.start();
    await().until(() -> URL.matcher(out.toString()).find());
    Matcher url = URL.matcher(out.toString());
    assertThat(url.find()).isTrue();
    assertThat(out.toString().lines()).hasSize(1);

    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(url.group() + path)).build(),
                BodyHandlers.ofString());

    thread.interrupt();
    assertThat(status.get()).isZero();
    return response.body();
  }
}
