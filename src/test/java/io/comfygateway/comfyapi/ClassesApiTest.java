package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.access.Caller;
import io.comfygateway.access.KeyRestrictions;
import io.comfygateway.files.FolderJobFiles;
import io.comfygateway.files.FreeSpace;
import io.comfygateway.job.StoreTest;
import io.comfygateway.media.FileRules;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.upload.FileReference;
import io.comfygateway.upload.UploadFolder;
import io.comfygateway.upload.UploadStore;
import io.comfygateway.upload.Uploads;
import io.comfygateway.workflow.NodesFile;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The description of all classes is written once for callers with the same files. */
class ClassesApiTest extends StoreTest {
  private static final Duration PAUSE = Duration.ofSeconds(3);
  private final DefaultCamelContext context = new DefaultCamelContext();
  private UploadStore store;
  private ClassesApi api;

  @BeforeEach
  void create() {
    UploadFolder files =
        new UploadFolder(
            new FolderJobFiles(folder.resolve("uploads"), new FreeSpace(Set.of(folder), 0)),
            new FileRules(1_000, 1_000, 10));
    Uploads uploads = new Uploads(database.jdbc(), database.transaction(), files, clock);
    store = new UploadStore(uploads, files, new UploadStore.Rules(100, Duration.ofDays(7)), clock);
    api =
        new ClassesApi(
            new Backends(
                List.of(),
                new ProbePolicy(3, PAUSE, PAUSE, 3, PAUSE, PAUSE, PAUSE, PAUSE),
                clock,
                false),
            new NodesFile(Path.of("config/nodes.yaml")),
            uploads);
  }

  private void upload(String owner, String name) throws Exception {
    store.add(
        owner,
        new FileReference(name, "", "input"),
        false,
        new ByteArrayInputStream(name.getBytes(StandardCharsets.UTF_8)));
  }

  private Object answer(String owner) {
    Exchange exchange = new DefaultExchange(context);
    api.all(exchange, new Caller(owner, Set.of(), KeyRestrictions.NONE), null);
    return exchange.getMessage().getBody();
  }

  @Test
  void a_caller_with_uploads_gets_the_answer_that_was_written_before() throws Exception {
    upload("ann", "a.json");
    upload("bob", "a.json");
    Object written = answer("ann");

    assertThat(answer("ann")).isSameAs(written);
    assertThat(answer("bob")).isSameAs(written);
    upload("ann", "b.json");
    assertThat(answer("ann")).isNotSameAs(written);
    assertThat(answer("bob")).isSameAs(written);
  }
}
