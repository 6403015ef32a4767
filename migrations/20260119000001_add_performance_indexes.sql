-- The thirteen performance indexes, as GitCortex's performance guide documents them. Two of them cannot work:
-- see README.md beside this file.

CREATE INDEX idx_workflow_project_status
ON workflow(project_id, status)
WHERE status IN ('created', 'ready', 'running');

CREATE INDEX idx_workflow_active
ON workflow(status, created_at DESC)
WHERE status NOT IN ('completed', 'failed', 'cancelled');

CREATE INDEX idx_workflow_completed_cleanup
ON workflow(project_id, completed_at)
WHERE status IN ('completed', 'failed', 'cancelled') AND completed_at IS NOT NULL;

CREATE INDEX idx_workflow_task_workflow_status
ON workflow_task(workflow_id, status, order_index);

CREATE INDEX idx_workflow_task_active
ON workflow_task(status, created_at)
WHERE status IN ('pending', 'running', 'review_pending');

CREATE INDEX idx_terminal_task_status
ON terminal(workflow_task_id, status, order_index);

CREATE INDEX idx_terminal_active
ON terminal(status, started_at)
WHERE status IN ('starting', 'waiting', 'working');

CREATE INDEX idx_terminal_cleanup
ON terminal(workflow_task_id, completed_at)
WHERE status IN ('completed', 'failed', 'cancelled') AND completed_at IS NOT NULL;

CREATE INDEX idx_git_event_workflow_status
ON git_event(workflow_id, process_status, created_at)
WHERE process_status IN ('pending', 'processing');

CREATE INDEX idx_git_event_terminal_status
ON git_event(terminal_id, process_status, created_at)
WHERE process_status = 'pending';

CREATE INDEX idx_git_event_cleanup
ON git_event(workflow_id, processed_at)
WHERE process_status = 'processed' AND processed_at IS NOT NULL;

CREATE INDEX idx_terminal_log_streaming
ON terminal_log(terminal_id, created_at DESC)
WHERE created_at > datetime('now', '-1 hour');

CREATE INDEX idx_terminal_log_cleanup
ON terminal_log(created_at)
WHERE created_at < datetime('now', '-7 days');
