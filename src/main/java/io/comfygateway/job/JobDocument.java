package io.comfygateway.job;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.FileKind;
import io.comfygateway.workflow.InputType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What a job runs and where its result goes. It may contain secrets (the keys in {@code
 * extra_data}, headers of a callback), so it is stored sealed.
 *
 * @param prompt the graph, seeds and inputs already set
 * @param extraData passed to ComfyUI unchanged
 * @param media the files that must be on the backend before the graph runs
 * @param callback where the result is reported
 * @param s3 where the outputs are copied in S3
 * @param deliver the destinations of its outputs and events
 * @param batch the batch that it belongs to
 * @param client what a client of ComfyUI's own API sent with the graph; empty if the job came
 *     another way
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record JobDocument(
    ObjectNode prompt,
    @JsonProperty("extra_data") Optional<ObjectNode> extraData,
    List<Media> media,
    Optional<Callback> callback,
    Optional<CopyRequest> s3,
    List<Target> deliver,
    Optional<UUID> batch,
    Optional<Client> client) {

  /** Of a job that no client of ComfyUI's own API sent. */
  public JobDocument(
      ObjectNode prompt,
      Optional<ObjectNode> extraData,
      List<Media> media,
      Optional<Callback> callback,
      Optional<CopyRequest> s3,
      List<Target> deliver,
      Optional<UUID> batch) {
    this(prompt, extraData, media, callback, s3, deliver, batch, Optional.empty());
  }

  /** Of a job outside a batch. */
  public JobDocument(
      ObjectNode prompt,
      Optional<ObjectNode> extraData,
      List<Media> media,
      Optional<Callback> callback,
      Optional<CopyRequest> s3) {
    this(prompt, extraData, media, callback, s3, List.of(), Optional.empty());
  }

  /**
   * A file input.
   *
   * @param node the node's id
   * @param field the node's input that gets the file's name
   * @param kind what it must be: {@code IMAGE}, {@code AUDIO}, {@code VIDEO} or {@code FILE}
   * @param accepts what a file of the last kind may be
   * @param location where the bytes are stored; empty until they are fetched from {@code url}
   * @param url where the bytes are fetched from
   * @param filename the name to give the file
   * @param contentType the media type; empty if it is not known
   * @param upload the upload that it came from, which may be kept for longer
   */
  public record Media(
      String node,
      String field,
      InputType kind,
      Set<FileKind> accepts,
      Optional<String> location,
      Optional<String> url,
      String filename,
      @JsonProperty("content_type") Optional<String> contentType,
      Optional<UUID> upload) {

    /** A file that came from no upload. */
    public Media(
        String node,
        String field,
        InputType kind,
        Set<FileKind> accepts,
        Optional<String> location,
        Optional<String> url,
        String filename,
        Optional<String> contentType) {
      this(node, field, kind, accepts, location, url, filename, contentType, Optional.empty());
    }

    public Media {
      upload = upload == null ? Optional.empty() : upload;
      kind = kind == null ? InputType.FILE : kind;
      accepts = accepts == null ? FileKind.USUAL : Set.copyOf(accepts);
    }

    /**
     * The same once the file is stored.
     *
     * @param place its location
     * @param type the media type of its bytes
     * @param name its name, with the extension of that type
     */
    public Media at(String place, String type, String name) {
      return new Media(
          node,
          field,
          kind,
          accepts,
          Optional.of(place),
          Optional.empty(),
          name,
          Optional.of(type),
          upload);
    }

    /** The same as one that came from an upload. */
    public Media of(UUID id) {
      return new Media(
          node, field, kind, accepts, location, url, filename, contentType, Optional.of(id));
    }

    /** Whether the bytes are still to be fetched. */
    @JsonIgnore
    public boolean isRemote() {
      return url.isPresent();
    }
  }

  /**
   * A callback.
   *
   * @param url the target
   * @param headers the caller's own headers
   * @param format {@code json} or {@code binary}
   * @param events which events are reported
   * @param mapping the name of the route {@code direct:door-callback:NAME} that makes the body;
   *     empty for the gateway's own
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Callback(
      String url,
      Map<String, String> headers,
      String format,
      Set<String> events,
      Optional<String> mapping) {
    public Callback {
      mapping = mapping == null ? Optional.empty() : mapping;
    }

    /** With the gateway's own body. */
    public Callback(String url, Map<String, String> headers, String format, Set<String> events) {
      this(url, headers, format, events, Optional.empty());
    }

    /** The same with a body that a route makes. */
    public Callback mappedBy(String route) {
      return new Callback(url, headers, format, events, Optional.of(route));
    }
  }

  /** A copy into S3: the configured destination's name, and the key's prefix. */
  public record CopyRequest(String destination, String prefix) {}

  /**
   * A destination, as it was when the job was accepted.
   *
   * @param to its name
   * @param prefix the request's folders before the keys there; empty for none
   * @param events the events that it gets; empty if it gets the outputs
   */
  public record Target(String to, String prefix, Set<String> events) {
    public Target {
      events = events == null ? Set.of() : Set.copyOf(events);
    }

    /** Whether it gets the outputs. */
    @JsonIgnore
    public boolean isForFiles() {
      return events.isEmpty();
    }
  }

  /**
   * What a client of ComfyUI's own API sent with the graph.
   *
   * @param targets the nodes that are to run, {@code partial_execution_targets}; empty for all
   */
  public record Client(List<String> targets) {
    public Client {
      targets = targets == null ? List.of() : List.copyOf(targets);
    }
  }

  public JobDocument {
    extraData = extraData == null ? Optional.empty() : extraData;
    media = media == null ? List.of() : List.copyOf(media);
    callback = callback == null ? Optional.empty() : callback;
    s3 = s3 == null ? Optional.empty() : s3;
    deliver = deliver == null ? List.of() : List.copyOf(deliver);
    batch = batch == null ? Optional.empty() : batch;
    client = client == null ? Optional.empty() : client;
  }

  /** The same with other files. */
  public JobDocument with(List<Media> files) {
    return new JobDocument(prompt, extraData, files, callback, s3, deliver, batch, client);
  }

  /** The same as a client of ComfyUI's own API sent it. */
  public JobDocument of(Client sender) {
    return new JobDocument(
        prompt, extraData, media, callback, s3, deliver, batch, Optional.of(sender));
  }

  /** Whether some of its files are still to be fetched. */
  @JsonIgnore
  public boolean isToBeFetched() {
    return media.stream().anyMatch(Media::isRemote);
  }

  /** Whether an event, such as {@code running}, is sent to the callback or to a destination. */
  public boolean tells(String event) {
    return callback.filter(told -> told.events().contains(event)).isPresent()
        || deliver.stream().anyMatch(target -> target.events().contains(event));
  }
}
