package io.holdfast.server.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.server.access.Caller;
import io.holdfast.server.operation.Requests;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.source.Sources;
import io.holdfast.server.web.Page;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/admin/backup`: backups of whole sources, for who administers the instance.
@RestController
@RequestMapping("/api/admin/backup")
class AdminBackupController {
  private final Requests requests;
  private final Sources sources;
  private final BackupTable table;

  AdminBackupController(Requests requests, Sources sources, BackupTable table) {
    this.requests = requests;
    this.sources = sources;
    this.table = table;
  }

  /// What to back up.
  ///
  /// @param type full, incremental, dump or schema
  /// @param source its name; may be left out where there is one
  record Creation(Optional<String> type, Optional<String> source) {}

  @PostMapping("/create")
  ResponseEntity<?> create(
      @RequestBody Creation wanted, @RequestParam(defaultValue = "0") int wait, Caller caller) {
    caller.requireOperator();
    RunRequest request = request(wanted.type());
    String source = sources.choose(wanted.source());
    return requests.run(
        caller,
        request,
        source,
        new Requests.Entry("backup.create", source, Map.of("type", request.kind())),
        wait);
  }

  @GetMapping("/list")
  Page<BackupEntry> list(
      @RequestParam(defaultValue = "false") boolean includeFiles,
      @RequestParam(defaultValue = "50") int limit,
      @RequestParam(defaultValue = "0") int offset) {
    return table.ofInstance(
        includeFiles ? BackupTable.Files.INCLUDED : BackupTable.Files.LEFT_OUT,
        new Page.Window(limit, offset));
  }

  private static RunRequest request(Optional<String> type) {
    String word = type.orElse("full");
    return switch (word) {
      case "full" -> new RunRequest.Physical(RunRequest.Physical.Type.FULL);
      case "incremental" -> new RunRequest.Physical(RunRequest.Physical.Type.INCREMENTAL);
      case "dump" -> new RunRequest.Dump(RunRequest.Dump.Content.DUMP);
      case "schema" -> new RunRequest.Dump(RunRequest.Dump.Content.SCHEMA);
      default ->
          throw new BackupException(
              ErrorCode.BAD_ARGUMENT,
              Quoted.of(word) + " is no type of backup",
              "Give full, incremental, dump or schema.");
    };
  }
}
