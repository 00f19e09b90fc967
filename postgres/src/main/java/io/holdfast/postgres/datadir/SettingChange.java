package io.holdfast.postgres.datadir;

/// A setting of the user that a restored cluster does not have, for the restore report.
///
/// @param name of the setting or of the line that names a file
/// @param oldValue what the user's configuration said; empty if it said nothing
/// @param newValue what is in force now; empty if the server's default is
/// @param why one clause, no full stop
/// @param howToLift what to run to have the old value again; empty if there is nothing to lift
public record SettingChange(
    String name, String oldValue, String newValue, String why, String howToLift) {}
