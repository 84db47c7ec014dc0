// The icon of a PC's status: broken, silent, moving, done, given up.
import type { TemplateResult } from 'lit';
import type { MachineSummary, RunStatus } from '../../../schema/machine.ts';
import {
  circleCheckIcon,
  circleDashedIcon,
  circleSlashIcon,
  circleXIcon,
  loaderCircleIcon,
  minusIcon,
} from '../ui/icons.ts';

/** A run's own. */
export const RUN_ICONS: Record<RunStatus, TemplateResult> = {
  running: loaderCircleIcon,
  succeeded: circleCheckIcon,
  failed: circleXIcon,
  abandoned: circleSlashIcon,
};

export const statusIcon = ({ run, silentSince }: MachineSummary): TemplateResult =>
  run === null ? minusIcon : silentSince === null ? RUN_ICONS[run.status] : circleDashedIcon;
