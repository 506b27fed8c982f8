package io.comfygateway.job;

import io.comfygateway.clock.SteadyClock;
import io.comfygateway.database.SqlFile;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The position of a job in the queue, if jobs run in the order of their arrival: places that
 * clients of ComfyUI's own API gave their prompts do not count. It is exact while few jobs wait.
 * With many, the jobs are counted once a second and not for every answer, so that an answer is as
 * quick with ten thousand jobs as with ten.
 */
public final class QueuePositions {
  private static final int MANY = 100;
  private static final Duration COUNT_FRESH_FOR = Duration.ofSeconds(1);
  private static final Duration COUNT_USABLE_FOR = Duration.ofSeconds(5);

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final InstantSource clock;
  private final Map<Integer, Count> counts = new ConcurrentHashMap<>();
  private final AtomicBoolean counting = new AtomicBoolean();

  /**
   * A caller's jobs in a line.
   *
   * @param place the caller's place among those of the line, in the order of the database
   * @param waiting how many wait
   * @param newest the sequence number of the last one
   * @param isNext whether the caller's turn comes before the next round
   */
  private record Own(int place, int waiting, long newest, boolean isNext) {

    boolean isSoonerThan(Own other) {
      return place < other.place ? isNext || !other.isNext : isNext && !other.isNext;
    }
  }

  /**
   * The callers of a line at one moment.
   *
   * @param before how many jobs waited in the lines that are served before it
   */
  private record Count(Instant at, int before, Map<String, Own> owners) {

    boolean isLong() {
      return before + owners.values().stream().mapToInt(Own::waiting).sum() >= MANY;
    }
  }

  private record Row(int line, String owner, int waiting, long newest, boolean isNext) {}

  QueuePositions(JdbcClient jdbc, InstantSource clock) {
    this.jdbc = jdbc;
    this.clock = new SteadyClock(clock);
  }

  /**
   * The position of a job, if no job comes or goes: 1 is next. It ignores the limit of prompts that
   * a caller may have running.
   */
  public int of(Job job) {
    Count count = count(job.owner(), FairQueue.of(job.priority()));
    Own own = count.owners().get(job.owner());
    return own == null ? count.before() + 1 : place(count, own, Math.max(1, rank(job, own)));
  }

  /** The same for those of many jobs that wait for a backend, by id. */
  public Map<UUID, Integer> of(Collection<Job> jobs) {
    Map<UUID, Integer> places = new HashMap<>();
    jobs.stream()
        .filter(job -> job.stage() == Stage.QUEUED)
        .collect(Collectors.groupingBy(OwnLine::of))
        .forEach((ownLine, together) -> places.putAll(of(ownLine, together)));
    return places;
  }

  /** The jobs of one caller in one line. */
  private record OwnLine(String owner, int line) {

    static OwnLine of(Job job) {
      return new OwnLine(job.owner(), FairQueue.of(job.priority()));
    }
  }

  private Map<UUID, Integer> of(OwnLine ownLine, List<Job> jobs) {
    if (jobs.size() == 1) {
      return Map.of(jobs.get(0).id(), of(jobs.get(0)));
    }
    Count count = count(ownLine.owner(), ownLine.line());
    Own own = count.owners().get(ownLine.owner());
    if (own == null) {
      return jobs.stream().collect(Collectors.toMap(Job::id, job -> count.before() + 1));
    }
    Map<Long, Integer> behind = behind(ownLine, jobs);
    int newer = ownBetween(ownLine.owner(), ownLine.line(), own.newest() + 1, Long.MAX_VALUE);
    return jobs.stream()
        .collect(
            Collectors.toMap(
                Job::id,
                job -> {
                  int rank = own.waiting() + newer - behind.getOrDefault(job.sequence(), 0);
                  return place(count, own, Math.max(1, rank));
                }));
  }

  // How many jobs of the same caller stand behind each. The usual page is that of the newest jobs,
  // which so reads no more rows than it has.
  private Map<Long, Integer> behind(OwnLine ownLine, List<Job> jobs) {
    Map<Long, Integer> behind = new HashMap<>();
    List<Long> sequences = jobs.stream().map(Job::sequence).toList();
    jdbc.sql(sql.get("waiting-behind"))
        .param("line", ownLine.line())
        .param("owner", ownLine.owner())
        .param("from", Collections.min(sequences))
        .param("sequences", sequences)
        .query(
            row -> {
              behind.put(row.getLong("seq"), row.getInt("n") - 1);
            });
    return behind;
  }

  private Count count(String owner, int line) {
    return recent(line)
        .filter(known -> known.owners().containsKey(owner))
        .orElseGet(() -> counted(line));
  }

  @SuppressWarnings("ReferenceEquality")
  private static int place(Count count, Own own, int rank) {
    int before = count.before();
    for (Own other : count.owners().values()) {
      if (other != own) {
        before += Math.min(other.waiting(), rank - 1 + (other.isSoonerThan(own) ? 1 : 0));
      }
    }
    return before + rank;
  }

  // Few jobs have come since the count.
  private int rank(Job job, Own own) {
    if (job.sequence() == own.newest()) {
      return own.waiting();
    }
    return job.sequence() > own.newest()
        ? own.waiting() + ownUpTo(job, own.newest() + 1)
        : ownUpTo(job, Long.MIN_VALUE);
  }

  private int ownUpTo(Job job, long from) {
    return ownBetween(job.owner(), FairQueue.of(job.priority()), from, job.sequence());
  }

  private int ownBetween(String owner, int line, long from, long to) {
    return jdbc.sql(sql.get("waiting-between"))
        .param("line", line)
        .param("owner", owner)
        .param("from", from)
        .param("to", to)
        .query(Integer.class)
        .single();
  }

  // While one thread counts again, the others use the last count, unless it is too old.
  private Optional<Count> recent(int line) {
    Instant now = clock.instant();
    Count known = counts.get(line);
    if (known == null || !known.at().plus(COUNT_USABLE_FOR).isAfter(now)) {
      return Optional.empty();
    }
    if (known.at().plus(COUNT_FRESH_FOR).isAfter(now) || !counting.compareAndSet(false, true)) {
      return Optional.of(known);
    }
    try {
      return Optional.of(counted(line));
    } finally {
      counting.set(false);
    }
  }

  private Count counted(int line) {
    Instant now = clock.instant();
    List<Row> rows =
        jdbc.sql(sql.get("line"))
            .param("line", line)
            .query(
                (row, n) ->
                    new Row(
                        row.getInt("line"),
                        row.getString("owner"),
                        row.getInt("n"),
                        row.getLong("newest"),
                        row.getBoolean("is_next")))
            .list();
    int before = 0;
    Map<String, Own> owners = new HashMap<>();
    for (Row row : rows) {
      if (row.line() == line) {
        owners.put(row.owner(), new Own(owners.size(), row.waiting(), row.newest(), row.isNext()));
      } else {
        before += row.waiting();
      }
    }
    Count count = new Count(now, before, owners);
    if (count.isLong()) {
      counts.put(line, count);
    } else {
      counts.remove(line);
    }
    return count;
  }
}
