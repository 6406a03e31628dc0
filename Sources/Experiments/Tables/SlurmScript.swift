/// A batch script for Slurm whose array tasks share the runs of tables among themselves.
///
/// Every task runs the same command; claims in the folder of runs see to it that no two make the same run. Two minutes
/// before its time is up a task gets a signal, writes a checkpoint and queues itself again.
public enum SlurmScript {
  /// The script of `limen` called with `arguments`, in an array of `taskCount` tasks of `threadCount` processors each.
  public static func text(
    name: String, program: String, arguments: [String], taskCount: Int, threadCount: Int
  ) -> String {
    let command = ([program] + arguments).map(quoted).joined(separator: " ")
    return """
      #!/bin/bash
      #SBATCH --job-name=\(name)
      #SBATCH --array=1-\(taskCount)
      #SBATCH --ntasks=1
      #SBATCH --cpus-per-task=\(threadCount)
      #SBATCH --requeue
      #SBATCH --open-mode=append
      #SBATCH --output=\(name)-%A-%a.log
      #SBATCH --signal=B:TERM@120

      # All tasks run this; each takes runs that nobody works on. Set --time and --partition on sbatch's command line.
      trap 'kill -TERM "$worker"' TERM
      \(command) --threads "${SLURM_CPUS_PER_TASK:-\(threadCount)}" &
      worker=$!
      wait "$worker"; status=$?
      # The signal ends wait, not the worker, which still writes its checkpoint.
      while kill -0 "$worker" 2>/dev/null; do wait "$worker"; status=$?; done
      if [ "$status" -eq 130 ]; then scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"; fi
      exit "$status"

      """
  }

  /// An argument as the shell reads it back.
  private static func quoted(_ argument: String) -> String {
    let isPlain = argument.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=:,+%@".contains($0))
    }
    return isPlain && !argument.isEmpty ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
  }
}
