package io.comfygateway.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.comfygateway.demo.CallbackReceiver.Reply;
import io.comfygateway.s3.S3Destination;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

@Tag("slow")
class DemoCommandTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Pattern FOLDER = Pattern.compile("(?m)^ +files +(\\S+)");
  private static final Pattern OBJECT = Pattern.compile("\"key\":\"([^\"]+)\"");

  @Test
  void it_shows_each_step_and_ends_well() {
    StringWriter told = new StringWriter();
    int status = run(new DemoCommand(), told, "--exit");

    assertThat(told.toString())
        .containsSubsequence(
            "1. Start everything",
            "2. Send a webhook",
            "curl -s 'http://127.0.0.1:",
            "202, job ",
            "3. Watch it run",
            "succeeded",
            "4. Receive the callback",
            "webhook-signature",
            "ok     the signature is valid",
            "5. Look into the bucket",
            "s3://pictures/demo/",
            "ok     the object in S3 has the SHA-256",
            "6. Download the picture",
            ".png",
            "ok     the picture has the SHA-256",
            "7. Or wait for the picture",
            "ok     200 image/png",
            "8. See it in a browser",
            "ok     the key signs in to it",
            "/#/jobs/",
            "key  ",
            "The demo worked");
    assertThat(told.toString()).doesNotContain("FAILED", "\u001b[");
    assertThat(status).isZero();
    assertThat(folder(told)).doesNotExist();
  }

  @Test
  void a_callback_that_was_changed_on_its_way_ends_it_badly() {
    StringWriter told = new StringWriter();
    Staging staging = new Staging();
    staging.onCallback =
        request -> {
          byte[] body = request.body();
          // Still JSON: the last digit of a number, such as of a size.
          body[
                  new String(body, java.nio.charset.StandardCharsets.ISO_8859_1)
                          .indexOf("\"bytes\":")
                      + 8] ^=
              1;
        };
    int status = run(new DemoCommand(DemoCommand::start, staging, Future::get), told, "--exit");

    assertThat(told.toString())
        .contains("The demo FAILED", "the signature of the callback is not valid");
    assertThat(status).isEqualTo(1);
    assertThat(folder(told)).doesNotExist();
  }

  @Test
  void another_object_in_the_bucket_ends_it_badly() {
    StringWriter told = new StringWriter();
    Staging staging = new Staging();
    staging.onCallback =
        request -> {
          Matcher key = OBJECT.matcher(request.text());
          if (key.find()) {
            staging.overwrite(key.group(1));
          }
        };
    int status = run(new DemoCommand(DemoCommand::start, staging, Future::get), told, "--exit");

    assertThat(told.toString()).contains("The demo FAILED", "the object in S3 has the SHA-256");
    assertThat(status).isEqualTo(1);
  }

  @Test
  void what_takes_too_long_is_ended_with_the_step_that_it_was_in() {
    StringWriter told = new StringWriter();
    Staging staging = new Staging();
    staging.reply = Reply.of(500);
    staging.onCallback = request -> request.headers().remove("webhook-id");
    int status =
        run(
            new DemoCommand(
                DemoCommand::start,
                staging,
                story -> {
                  await().atMost(LONG).until(() -> told.toString().contains("4. Receive"));
                  throw new TimeoutException();
                }),
            told,
            "--exit");

    assertThat(told.toString())
        .contains("The demo FAILED: it did not finish in 60 s; step 4. Receive the callback");
    assertThat(status).isEqualTo(1);
    assertThat(folder(told)).doesNotExist();
  }

  @Test
  void it_stays_up_with_lines_to_try_and_two_do_not_clash() throws Exception {
    StringWriter first = new StringWriter();
    StringWriter second = new StringWriter();
    Thread staying = new Thread(() -> run(new DemoCommand(), first));
    staying.start();
    CompletableFuture<Integer> other =
        CompletableFuture.supplyAsync(() -> run(new DemoCommand(), second, "--exit"));

    assertThat(other.join()).isZero();
    await().atMost(LONG).until(() -> first.toString().contains("/docs"));
    assertThat(first.toString())
        .contains(
            "until Ctrl-C", "/webhook/smoke?respond=binary", "Prefer: wait", "/jobs", "/workflows");
    assertThat(folder(first)).isDirectory().isNotEqualTo(folder(second));

    staying.interrupt();
    staying.join();
    assertThat(folder(first)).doesNotExist();
  }

  private static int run(DemoCommand demo, StringWriter told, String... arguments) {
    PrintWriter out = new PrintWriter(told, true);
    return new CommandLine(demo).setOut(out).setErr(out).execute(arguments);
  }

  private static Path folder(StringWriter told) {
    Matcher folder = FOLDER.matcher(told.toString());
    assertThat(folder.find()).as(told.toString()).isTrue();
    return Path.of(folder.group(1));
  }

  /** Receivers that a test spoils. */
  private static final class Staging implements DemoServers.Receivers {
    private final AtomicReference<S3Server> s3 = new AtomicReference<>();
    private java.util.function.Consumer<CallbackReceiver.Received> onCallback = request -> {};
    private Reply reply = Reply.of(204);

    @Override
    public CallbackReceiver callbacks() {
      return CallbackReceiver.start(
          request -> {
            onCallback.accept(request);
            return reply;
          });
    }

    @Override
    public S3Server s3(String bucket) throws Exception {
      s3.set(S3Server.start(bucket));
      return s3.get();
    }

    void overwrite(String key) {
      S3Destination bucket = s3.get().destination(DemoServers.BUCKET);
      try (S3Client client = bucket.client()) {
        client.putObject(
            it -> it.bucket(DemoServers.BUCKET).key(key), RequestBody.fromString("other"));
      }
    }
  }
}
