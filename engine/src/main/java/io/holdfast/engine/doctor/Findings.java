package io.holdfast.engine.doctor;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.Failures;
import io.holdfast.engine.doctor.DoctorReport.Finding;
import io.holdfast.engine.doctor.DoctorReport.Level;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What has been found so far. *Confined*.
final class Findings {
  private final List<Finding> list = new ArrayList<>();

  /// Looks at one thing.
  interface Look {
    void run() throws IOException;
  }

  void ok(String what) {
    list.add(new Finding(Level.OK, what, "", 0));
  }

  void warn(String what, String hint) {
    list.add(new Finding(Level.WARN, what, hint, 0));
  }

  void fail(String what, String hint) {
    list.add(new Finding(Level.FAIL, what, hint, ErrorKind.UNAVAILABLE.exitStatus()));
  }

  void failed(BackupException e) {
    add(Level.FAIL, e);
  }

  /// A look that fails is a finding itself, and never keeps others from being made.
  void guarded(String what, Level onFailure, Look look) {
    try {
      look.run();
    } catch (BackupException e) {
      add(onFailure, e);
    } catch (IOException e) {
      add(onFailure, Failures.toBackupException(what, e));
    }
  }

  private void add(Level level, BackupException e) {
    int exitStatus = level == Level.FAIL ? e.code().kind().exitStatus() : 0;
    list.add(new Finding(level, e.code().label() + " " + e.text(), e.hint(), exitStatus));
  }

  DoctorReport report() {
    return new DoctorReport(list);
  }
}
