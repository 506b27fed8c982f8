package io.comfygateway.upload;

import io.comfygateway.database.SqlFile;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The uploads of callers in the database; their bytes are in {@link UploadFolder}. */
public final class Uploads {
  private static final int AT_ONCE = 1_000;

  /** How many uploads a caller may have. */
  static final int MOST = 10_000;

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/upload.sql");
  private final TransactionTemplate transaction;
  private final UploadFolder folder;
  private final InstantSource clock;

  public Uploads(
      JdbcClient jdbc, TransactionTemplate transaction, UploadFolder folder, InstantSource clock) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * An upload.
   *
   * @param name the name under which ComfyUI's own API knows it
   * @param used when a job used it last, or it was created
   */
  public record Upload(
      UUID id, FileReference name, CallerFile file, Instant created, Instant used) {}

  /** A caller's upload by its id. */
  public Optional<Upload> find(String owner, UUID id) {
    return jdbc.sql(sql.get("find-by-id"))
        .param("owner", owner)
        .param("id", id)
        .query(this::read)
        .optional();
  }

  /**
   * Some of a caller's uploads, the newest first.
   *
   * @param after the last one of the page before; empty for the first page
   */
  public List<Upload> page(String owner, Optional<Place> after, int limit) {
    Place from = after.orElse(Place.FIRST);
    return jdbc.sql(sql.get("page"))
        .param("owner", owner)
        .param("created", from.created().atOffset(ZoneOffset.UTC))
        .param("id", from.id())
        .param("limit", limit)
        .query(this::read)
        .list();
  }

  /** Where a page of a list ends. Uploads of the same time are in the order of their ids. */
  public record Place(Instant created, UUID id) {
    private static final Place FIRST =
        new Place(Instant.parse("9999-01-01T00:00:00Z"), new UUID(0, 0));
  }

  /** A caller's upload. */
  public Optional<Upload> find(String owner, FileReference reference) {
    return jdbc.sql(sql.get("find"))
        .param("owner", owner)
        .param("type", reference.type())
        .param("subfolder", reference.subfolder())
        .param("filename", reference.filename())
        .query(this::read)
        .optional();
  }

  /** The files in a caller's input folder, as {@code /object_info} lists them, by their names. */
  public List<CallerFile> inputs(String owner) {
    return jdbc
        .sql(sql.get("list"))
        .param("owner", owner)
        .param("limit", MOST)
        .query(this::read)
        .list()
        .stream()
        .map(Upload::file)
        .toList();
  }

  /** How many bytes the uploads of a caller take. */
  long bytes(String owner) {
    return jdbc.sql(sql.get("bytes")).param("owner", owner).query(Long.class).single();
  }

  /** How many uploads a caller has. */
  int count(String owner) {
    return jdbc.sql(sql.get("count")).param("owner", owner).query(Integer.class).single();
  }

  /** A caller's uploads with this name, or with a numbered form of it. */
  Map<String, Upload> like(String owner, FileReference reference) {
    Map<String, Upload> found = new HashMap<>();
    jdbc.sql(sql.get("like"))
        .param("owner", owner)
        .param("type", reference.type())
        .param("subfolder", reference.subfolder())
        .param("filename", reference.filename())
        .param("numbered", reference.numberedPattern())
        .query(this::read)
        .list()
        .forEach(upload -> found.put(upload.file().filename(), upload));
    return found;
  }

  /** Runs a step in a transaction while no other upload of the caller is stored. */
  <T> T alone(String owner, Supplier<T> step) {
    prepareTurn(owner);
    return transaction.execute(
        tx -> {
          jdbc.sql(sql.get("turn")).param("owner", owner).query(String.class).single();
          return step.get();
        });
  }

  private void prepareTurn(String owner) {
    if (jdbc.sql(sql.get("has-turn"))
        .param("owner", owner)
        .query(String.class)
        .optional()
        .isEmpty()) {
      try {
        jdbc.sql(sql.get("first-turn")).param("owner", owner).update();
      } catch (DuplicateKeyException added) {
        // Another upload of the caller has inserted it.
      }
    }
  }

  /** Stores an upload. Call it in {@link #alone}, with a name that is free. */
  void add(String owner, FileReference reference, UUID id, UploadFolder.Kept kept) {
    jdbc.sql(sql.get("insert"))
        .param("id", id)
        .param("owner", owner)
        .param("type", reference.type())
        .param("subfolder", reference.subfolder())
        .param("filename", reference.filename())
        .param("contentType", kept.contentType())
        .param("bytes", kept.bytes())
        .param("sha256", kept.sha256())
        .param("now", now(clock.instant()))
        .update();
  }

  void remove(UUID id) {
    jdbc.sql(sql.get("remove")).param("id", id).update();
  }

  /** Records that a prompt uses it. */
  public void used(UUID id) {
    jdbc.sql(sql.get("used")).param("id", id).param("now", now(clock.instant())).update();
  }

  /** Removes it, unless a prompt has used it since. */
  boolean removeUnused(UUID id, Instant since) {
    return jdbc.sql(sql.get("remove-unused")).param("id", id).param("before", now(since)).update()
        == 1;
  }

  /** Some of the uploads that no prompt has used since. */
  List<UUID> unused(Instant since) {
    return jdbc.sql(sql.get("unused")).param("before", now(since)).query(UUID.class).list();
  }

  /**
   * Those of the ids that are uploads. PostgreSQL takes no more than 65,535 parameters at a time.
   */
  Set<UUID> known(Set<UUID> ids) {
    Set<UUID> known = new HashSet<>();
    List<UUID> all = List.copyOf(ids);
    for (int from = 0; from < all.size(); from += AT_ONCE) {
      List<UUID> some = all.subList(from, Math.min(all.size(), from + AT_ONCE));
      known.addAll(jdbc.sql(sql.get("known")).param("ids", some).query(UUID.class).list());
    }
    return known;
  }

  private static OffsetDateTime now(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }

  private Upload read(ResultSet row, int number) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    String filename = row.getString("filename");
    return new Upload(
        id,
        new FileReference(filename, row.getString("subfolder"), row.getString("type")),
        new CallerFile(
            filename,
            row.getString("content_type"),
            folder.content(id),
            row.getLong("bytes"),
            row.getString("sha256")),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("used_at", OffsetDateTime.class).toInstant());
  }
}
