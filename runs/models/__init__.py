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
from runs.models.insight import FailureGroup, Insight, InsightReport, ItemSet
from runs.models.item_pair import ItemPair
from runs.models.lent_key import LentKey
from runs.models.project_export import ProjectExport
from runs.models.release import Release
from runs.models.review import Comment, DatasetAddition, Label, Override, Review, ReviewChange
from runs.models.review_queue import ReviewQueue, ReviewQueueQuerySet, ReviewTask, ReviewTaskQuerySet
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
from runs.models.shared_report import SharedReport
from runs.models.target import Target
from runs.models.trust import JudgeReference, JudgeTrust, TrustWork
from runs.models.verdict import RunVerdict

__all__ = [
    "CacheEntry",
    "Comment",
    "Dataset",
    "DatasetAddition",
    "DatasetImport",
    "DatasetVersion",
    "Evaluation",
    "EvaluationMetric",
    "EvaluationSchedule",
    "EvaluationVersion",
    "Execution",
    "FailureGroup",
    "Insight",
    "InsightReport",
    "Item",
    "ItemPair",
    "ItemSet",
    "JudgeCall",
    "JudgeReference",
    "JudgeTrust",
    "Label",
    "LentKey",
    "Override",
    "ProjectExport",
    "RejectedRow",
    "Release",
    "Review",
    "ReviewChange",
    "ReviewQueue",
    "ReviewQueueQuerySet",
    "ReviewTask",
    "ReviewTaskQuerySet",
    "Run",
    "RunBatch",
    "RunColumn",
    "RunItem",
    "RunItemTrace",
    "RunMetric",
    "RunQuerySet",
    "RunVerdict",
    "RunView",
    "Score",
    "SharedReport",
    "Target",
    "TrustWork",
]
