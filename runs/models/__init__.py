"""The models of what was evaluated and what came out, each in the file of its subject."""

from runs.models.batch import RunBatch
from runs.models.dataset import (
    Dataset,
    DatasetImport,
    DatasetVersion,
    Item,
    RejectedRow,
)
from runs.models.evaluation import (
    Evaluation,
    EvaluationMetric,
    EvaluationVersion,
    Execution,
)
from runs.models.lent_key import LentKey
from runs.models.project_export import ProjectExport
from runs.models.review import Comment, Label, Override, Review, ReviewChange
from runs.models.run import Run, RunMetric, RunQuerySet
from runs.models.run_view import RunView
from runs.models.schedule import EvaluationSchedule
from runs.models.score import (
    CacheEntry,
    JudgeCall,
    RunColumn,
    RunItem,
    RunItemTrace,
    Score,
)
from runs.models.target import Target

__all__ = [
    "CacheEntry",
    "Comment",
    "Dataset",
    "DatasetImport",
    "DatasetVersion",
    "Evaluation",
    "EvaluationMetric",
    "EvaluationSchedule",
    "EvaluationVersion",
    "Execution",
    "Item",
    "JudgeCall",
    "Label",
    "LentKey",
    "Override",
    "ProjectExport",
    "RejectedRow",
    "Review",
    "ReviewChange",
    "Run",
    "RunBatch",
    "RunColumn",
    "RunItem",
    "RunItemTrace",
    "RunMetric",
    "RunQuerySet",
    "RunView",
    "Score",
    "Target",
]
