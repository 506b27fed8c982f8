package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.delivery.Delivery;
import io.comfygateway.delivery.DeliveryQueries;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobEvent;
import io.comfygateway.job.JobEvent.Kind;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobStatus;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.prompt.Progress;
import io.comfygateway.stream.EventRenderer;
import io.comfygateway.stream.StreamEvent;
import io.comfygateway.stream.StreamEvent.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The events of jobs as the contract shows them. */
public final class EventView implements EventRenderer {
  private static final int MOST_SUBJECTS = 2_000;
  private static final Set<String> OPEN = Set.of("due", "waiting");

  private final JobQueries queries;
  private final OutputRows outputs;
  private final DeliveryQueries deliveries;
  private final JobView view;
  private final LiveProgress live;
  private final LivePreviews previews;
  private final ObjectMapper json;

  // The subjects of jobs that run, so that progress costs no query. Used by one thread.
  private final Map<UUID, Subject> subjects =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Subject> eldest) {
          return size() > MOST_SUBJECTS;
        }
      };

  public EventView(
      JobQueries queries,
      OutputRows outputs,
      DeliveryQueries deliveries,
      JobView view,
      LiveProgress live,
      LivePreviews previews,
      ObjectMapper json) {
    this.queries = queries;
    this.outputs = outputs;
    this.deliveries = deliveries;
    this.view = view;
    this.live = live;
    this.previews = previews;
    this.json = json;
  }

  @Override
  public List<StreamEvent> changes(List<JobEvent> rows) {
    Map<UUID, Job> jobs = queries.all(rows.stream().map(JobEvent::job).toList());
    Map<UUID, List<Output>> files =
        outputs.of(of(rows, Kind.FINISHED)).stream().collect(Collectors.groupingBy(Output::job));
    Map<UUID, Delivery> sent =
        deliveries.of(of(rows, Kind.DELIVERY)).stream()
            .collect(Collectors.toMap(Delivery::id, delivery -> delivery));
    List<StreamEvent> events = new ArrayList<>();
    for (JobEvent row : rows) {
      Job job = jobs.get(row.job());
      if (job != null) {
        events.addAll(new Row(row, job).events(files.getOrDefault(job.id(), List.of()), sent));
      }
    }
    return events;
  }

  private static Set<UUID> of(List<JobEvent> rows, Kind kind) {
    return rows.stream()
        .filter(row -> row.kind() == kind)
        .map(JobEvent::job)
        .collect(Collectors.toSet());
  }

  /** The events of one row of the log. */
  private final class Row {
    private final JobEvent row;
    private final Job job;
    private final List<StreamEvent> events = new ArrayList<>();

    Row(JobEvent row, Job job) {
      this.row = row;
      this.job = job;
    }

    List<StreamEvent> events(List<Output> files, Map<UUID, Delivery> sent) {
      if (row.hasBegun()) {
        ObjectNode data = data(JobStatus.RUNNING.word());
        job.times().started().ifPresent(at -> data.put("at", at.toString()));
        add("status", JobStatus.RUNNING.word(), events.size() + 1, data);
      }
      switch (row.kind()) {
        case STATUS -> {
          subjects.put(job.id(), subject(job, row.word()));
          add("status", row.word(), 0, data(row.word()));
        }
        case DELIVERY -> {
          Delivery delivery = row.delivery().map(sent::get).orElse(null);
          if (delivery != null) {
            ObjectNode data = about(job);
            data.set("delivery", delivery(delivery));
            add("delivery", job.status().word(), 0, data.put("at", row.at().toString()));
          }
        }
        case FINISHED -> finished(files);
      }
      return events;
    }

    private void finished(List<Output> files) {
      subjects.remove(job.id());
      for (Output file : files) {
        ObjectNode data = about(job);
        data.set("output", view.output(job, file));
        add("output", row.word(), events.size() + 1, data);
      }
      ObjectNode data = data(row.word()).put("outputs", files.size());
      job.facts().error().ifPresent(error -> data.set("error", json.valueToTree(error)));
      add("finished", row.word(), 0, data);
    }

    private ObjectNode data(String status) {
      return about(job).put("status", status).put("at", row.at().toString());
    }

    // What has happened to it since has a row of its own.
    private ObjectNode delivery(Delivery delivery) {
      ObjectNode shown = view.delivery(delivery);
      shown.put("status", row.word()).put("attempts", row.attempt());
      if (delivery.tries().attempts() != row.attempt()) {
        shown.remove(List.of("last_status", "last_error"));
      }
      return shown;
    }

    private void add(String name, String status, int part, ObjectNode data) {
      events.add(
          new StreamEvent(name, row.sequence(), part, subject(job, status), data.toString()));
    }
  }

  private ObjectNode about(Job job) {
    ObjectNode data = json.createObjectNode().put("job", job.id().toString());
    job.workflow().ifPresent(workflow -> data.put("workflow", workflow));
    return data.put("caller", job.owner());
  }

  private static Subject subject(Job job, String status) {
    Map<String, String> metadata = new HashMap<>();
    job.facts()
        .metadata()
        .properties()
        .forEach(field -> metadata.put(field.getKey(), field.getValue().asText()));
    return new Subject(job.id(), job.owner(), job.workflow(), status, metadata);
  }

  @Override
  public List<StreamEvent> progress(boolean isListened) {
    Map<UUID, Progress> newest = live.take();
    Map<UUID, Integer> pictures = previews.takeNew();
    if (!isListened) {
      return List.of();
    }
    live.wanted();
    Set<UUID> unknown =
        Stream.concat(newest.keySet().stream(), pictures.keySet().stream())
            .filter(job -> !subjects.containsKey(job))
            .collect(Collectors.toSet());
    queries.all(unknown).values().stream()
        .filter(job -> !job.status().isFinished())
        .forEach(job -> subjects.put(job.id(), subject(job, JobStatus.RUNNING.word())));
    List<StreamEvent> events = new ArrayList<>();
    newest.forEach(
        (id, progress) ->
            Optional.ofNullable(subjects.get(id))
                .ifPresent(subject -> events.add(progress(subject, progress))));
    pictures.forEach(
        (id, number) ->
            Optional.ofNullable(subjects.get(id))
                .filter(subject -> previews.areShown(subject.owner()))
                .ifPresent(subject -> events.add(preview(subject, number))));
    return events;
  }

  private StreamEvent progress(Subject known, Progress progress) {
    ObjectNode data = about(known);
    data.setAll((ObjectNode) json.valueToTree(progress));
    return running("progress", known, data);
  }

  private StreamEvent preview(Subject known, int number) {
    ObjectNode data = about(known).put("number", number);
    return running(
        "preview", known, data.put("url", "/jobs/" + known.job() + "/preview?n=" + number));
  }

  private ObjectNode about(Subject known) {
    ObjectNode data = json.createObjectNode().put("job", known.job().toString());
    known.workflow().ifPresent(workflow -> data.put("workflow", workflow));
    return data.put("caller", known.owner());
  }

  private static StreamEvent running(String name, Subject known, ObjectNode data) {
    Subject subject =
        new Subject(
            known.job(),
            known.owner(),
            known.workflow(),
            JobStatus.RUNNING.word(),
            known.metadata());
    return new StreamEvent(name, 0, 0, subject, data.toString());
  }

  @Override
  public boolean isOver(UUID job) {
    return queries.find(job).map(found -> found.status().isFinished()).orElse(true)
        && deliveries.of(job).stream().noneMatch(sent -> OPEN.contains(sent.status()));
  }
}
